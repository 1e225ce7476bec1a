"""The chain of hashes that tells whether a run's records are as they were written, in whichever journal they lie."""

from collections.abc import Iterable
from hashlib import blake2b

from .records import RecordFault


def chain(before: bytes, data: bytes) -> bytes:
    """The hash of a record, from the hash of the one before it (empty for the first) and its own data."""
    return blake2b(before + data, digest_size=16).digest()


def walk(rows: Iterable[tuple[int, bytes, bytes]], events: int | None) -> tuple[list[RecordFault], int, bytes]:
    """The faults along the chain, how many records there are, and the last hash.

    `rows` are `seq`, data and hash, in order; `events`: how many there should be, None while the run goes on.
    """
    faults: list[RecordFault] = []
    before, expected, checked = b"", 1, 0
    for seq, data, stored in rows:
        checked += 1
        if (events is not None and seq > events) or seq < 1:
            faults.append(RecordFault("added", seq))
            continue
        faults += [RecordFault("missing", lost) for lost in range(expected, seq)]
        if seq == expected and chain(before, data) != stored:
            faults.append(RecordFault("changed", seq))
        before, expected = stored, seq + 1
    if events is not None:
        faults += [RecordFault("missing", lost) for lost in range(expected, events + 1)]
    return faults, checked, before
