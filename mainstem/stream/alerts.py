"""What somebody should look at: beside the event and the span's event, a line in the log of `mainstem.alerts`."""

import logging

from .events import Notice

ALERTS = frozenset({"stall", "budget", "journal"})
"""The kinds of notices that are alerts; those of drift and of errors have the rules of `telemetry.watchers`."""

RULES = frozenset({"first-token-drift", "error-rate", "fall-back"})
"""The rules of notices that are alerts, whatever their kind."""

log = logging.getLogger("mainstem.alerts")
log.addHandler(logging.NullHandler())  # without it, Python writes the line to stderr where nobody has set up logging


def is_alert(notice: Notice) -> bool:
    """Whether somebody should look at it."""
    return notice.kind in ALERTS or notice.rule in RULES


def alert_name(notice: Notice) -> str:
    """What the alert is called: its rule where that is one, else its kind."""
    return notice.rule if notice.rule in RULES else notice.kind


def log_alert(notice: Notice) -> None:
    """Write an alert's line; nothing for a notice that is none."""
    if is_alert(notice):
        name = alert_name(notice)
        log.warning("%s: %s", name, notice.text, extra={"alert": name})
