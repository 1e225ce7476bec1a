"""`python -m mainstem`: the same as the `mainstem` command."""

from .cli import main

if __name__ == "__main__":
    main()
