"""What the processes that share a database notify each other of: one channel, a word or two each."""

CHANNEL = "mainstem"
"""Where all of it is told."""

EVENTS, COMMANDS, LEFT = "events", "commands", "left"
"""How far runs have come; that something is asked of one; that an instance has left runs to be gone on with."""

MAX_NOTICE = 7900
"""Bytes that PostgreSQL takes in one notification: 8000."""


def notice_of(reached: dict[str, int]) -> str:
    """One notification for a batch: how far each of its runs has come; of more than fit, that there are some."""
    text = " ".join([EVENTS, *(f"{run_id}:{seq}" for run_id, seq in reached.items())])
    return text if len(text.encode()) <= MAX_NOTICE else EVENTS
