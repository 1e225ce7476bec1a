"""Log lines know the run that they are about, and are text or JSON, one object a line."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

run_id: ContextVar[str] = ContextVar("mainstem_run_id", default="")
"""The run that this code is part of; empty: none."""

LogFormat = Literal["text", "json"]


class RunIdFilter(logging.Filter):
    """Lets every record pass, with the id of the run that it is about as `run_id`. For handlers of yours, too."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True; the record has a `run_id`, which is empty outside of a run."""
        if not hasattr(record, "run_id"):
            record.run_id = run_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a record: `time`, `level`, `logger`, `message`, and where they apply `run_id` and `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "run_id": getattr(record, "run_id", ""),
            "alert": getattr(record, "alert", ""),
            "error": record.exc_text or (self.formatException(record.exc_info) if record.exc_info else ""),
        }
        return json.dumps({key: value for key, value in said.items() if value != ""}, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """`2026-11-30 09:00:00 WARNING mainstem.web [run 1f2e…] message`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, with its traceback below it."""
        record.where = f" [run {found}]" if (found := getattr(record, "run_id", "")) else ""
        return super().format(record)


def handler(form: LogFormat, stream: TextIO | None = None) -> logging.Handler:
    """A handler that writes so; `stream`: standard error by default."""
    made = logging.StreamHandler(stream or sys.stderr)
    made.addFilter(RunIdFilter())
    text = TextFormatter("%(asctime)s %(levelname)s %(name)s%(where)s %(message)s", "%Y-%m-%d %H:%M:%S")
    made.setFormatter(JsonFormatter() if form == "json" else text)
    return made


def log_as(form: LogFormat) -> None:
    """Let this process's warnings and errors go to standard error in that form. For commands; programs have theirs."""
    logging.basicConfig(level=logging.WARNING, handlers=[handler(form)])
