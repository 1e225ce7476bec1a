"""The laws of the stream, checked on any recorded run: `laws.check(events)`."""

from .stream.laws import Law, Report, Verdict, check

__all__ = ["Law", "Report", "Verdict", "check"]
