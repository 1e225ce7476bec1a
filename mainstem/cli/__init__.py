"""The command line. `--help` must not pay for LangGraph: what is heavy is imported inside the commands."""

from mainstem.stream import gc_tuning


def main() -> None:
    """Run the `mainstem` command."""
    gc_tuning.put_off()
    from .app import app

    app()
