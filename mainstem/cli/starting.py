"""A word on the terminal while what is heavy is imported: a second of nothing looks like nothing at all."""

import sys

RUNS = frozenset({"ask", "chat", "summarise", "review", "resume", "watch"})
"""The commands that show runs, and import LangGraph before they do."""

_LINE, _GONE = "\x1b[2m⠋ starting\x1b[0m", "\r\x1b[2K"
_shown = False


def show(args: list[str]) -> None:
    """Say that a command which shows runs begins, where a person watches."""
    global _shown
    helps = not {"-h", "--help"}.isdisjoint(args)
    if args and args[0] in RUNS and not helps and sys.stderr.isatty() and sys.stdout.isatty():
        _shown = True
        _write(_LINE)


def clear() -> None:
    """Take it away, before anything else is written."""
    global _shown
    if _shown:
        _shown = False
        _write(_GONE)


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
