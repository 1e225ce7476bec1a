"""The command line. `--help` must not pay for LangGraph: what is heavy is imported inside the commands."""

import sys

from mainstem.stream import gc_tuning
from mainstem.stream.extras import MissingExtra, extra


def main() -> None:
    """Run the `mainstem` command."""
    gc_tuning.put_off()
    try:
        with extra("cli"):
            from .app import app
    except MissingExtra as error:
        sys.exit(str(error))
    app()
