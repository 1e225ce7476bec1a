"""The command line. `--help` must not pay for LangGraph: what is heavy is imported inside the commands."""


def main() -> None:
    """Run the `mainstem` command."""
    from .app import app

    app()
