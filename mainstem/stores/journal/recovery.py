"""End the runs that a dead process left open, truthfully: with what is known, and the word that they were cut off."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...stream.events import (
    AnyEvent,
    Error,
    Event,
    MessageFinished,
    MessageStarted,
    NodeFinished,
    NodeStarted,
    RunFinished,
    ToolFinished,
    ToolStarted,
    decode,
    encode,
)
from ...stream.recovered import tell_recovered
from ...stream.spans import SpanStart
from ...stream.transcript import Transcript
from ..database import Connection
from .chain import chain
from .process_mark import ProcessMark, forget_dead, is_gone
from .statements import ADD_EVENT, END_RUN, blob, seal

CRASHED = Error(
    type="Crashed",
    message="The process that made this run ended without a word; what it did last may be missing here.",
    hint="Go on from the thread's last checkpoint: mainstem resume THREAD.",
)
"""The error of a run whose process died."""


def recover(connection: sqlite3.Connection, path: Path, owner: ProcessMark) -> int:
    """End what is open and belongs to nobody; returns how many runs that were."""
    rows = connection.execute("SELECT run_id, owner FROM runs WHERE status IS NULL").fetchall()
    gone = {name for name in {row[1] for row in rows} if name != owner.name and is_gone(path, name)}
    orphans = [run_id for run_id, name in rows if name in gone]
    for run_id in orphans:
        connection.execute("BEGIN IMMEDIATE")
        written, closed = end_run(connection, run_id)
        connection.execute("COMMIT")
        tell_recovered(written, closed)
    forget_dead(path)
    return len(orphans)


def end_run(connection: Connection, run_id: str) -> tuple[list[AnyEvent], list[Event]]:
    """End a run; returns what was written of it, and what was added."""
    query = "SELECT seq, data, hash FROM events WHERE run_id = ? ORDER BY seq"
    rows: list[tuple[int, bytes, bytes]] = connection.execute(query, (run_id,)).fetchall()
    seq, head = (rows[-1][0], rows[-1][2]) if rows else (0, b"")
    size = sum(len(row[1]) for row in rows)
    events = [decode(blob(row[1])) for row in rows]
    seconds = events[-1].at if events else 0.0
    ended = bool(events) and isinstance(events[-1], RunFinished)
    closed: list[Event] = []
    for event in () if ended else closing(events):
        seq += 1
        closed.append(event.model_copy(update={"seq": seq, "run_id": run_id, "at": seconds}))
        data = encode(closed[-1])
        head, size = chain(head, data), size + len(data)
        connection.execute(ADD_EVENT, (run_id, seq, data, head))
    status = events[-1].status if events and isinstance(events[-1], RunFinished) else "failed"
    connection.execute(END_RUN, (status, seconds, seq, size, head, run_id))
    seal(connection, run_id)
    return events, closed


def closing(events: Iterable[Event]) -> Iterator[Event]:
    """The events that end a run that was cut off: its tools, its messages, its nodes, then itself."""
    transcript, seconds = Transcript(), 0.0
    for event in events:
        transcript.add(event)
        seconds = event.at
    inner_first = sorted(transcript.open.items(), key=lambda item: (_ORDER.index(item[0][0]), -len(item[1].ns or ())))
    for _, event in inner_first:
        yield _ended(event)
    yield RunFinished(status="failed", error=CRASHED, seconds=seconds)


_ORDER = ("tool", "message", "node")


def _ended(event: SpanStart) -> Event:
    where: dict[str, Any] = {"node": event.node, "task_id": event.task_id, "ns": event.ns}
    match event:
        case ToolStarted():
            return ToolFinished(tool_call_id=event.tool_call_id, name=event.name, status="stopped", **where)
        case MessageStarted():
            return MessageFinished(message_id=event.message_id, **where)
        case NodeStarted():
            return NodeFinished(**where)
