"""The command line. `--help` must not pay for LangGraph: what is heavy is imported inside the commands."""

import sys

from . import starting


def main() -> None:
    """Run the `mainstem` command."""
    starting.show(sys.argv[1:])
    from mainstem.stream import gc_tuning
    from mainstem.stream.extras import MissingExtra, extra

    gc_tuning.put_off()
    try:
        with extra("cli"):
            from .app import app
        app()
    except MissingExtra as error:
        starting.clear()
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)  # Ctrl-C before there is anything to stop
    finally:
        starting.clear()
