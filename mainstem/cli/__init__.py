"""The command line. `--help` must not pay for LangGraph: what is heavy is imported inside the commands."""

from mainstem import garbage


def main() -> None:
    """Run the `mainstem` command."""
    garbage.put_off()
    from .app import app

    app()
