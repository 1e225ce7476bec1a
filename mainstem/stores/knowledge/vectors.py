"""Vectors of passages: how they are kept, and which passages are nearest to a question.

They are kept in blocks of passages, as whole numbers of one byte: direction counts and not length, so that each vector
has a scale of its own. A search compares the question with every vector of its scope.
"""

import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .records import Block, QueryVector
from .scope import Scope, path_condition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from . import Roots

BLOCK = 256
"""Passages of a file whose vectors are kept together."""

_AT_ONCE = 8_192  # vectors that are compared in one go: 8 MB of 256 numbers each

_LARGEST = 127

STANDS_OUT = 3.3
"""Standard deviations above what is usual, from which on a passage is found by its vector alone.

Measured with wordllama on XQuAD: of the paragraphs that answer, 90 % stand out by more. Questions about something else
find nothing that does in half of the cases.
"""

OF_FEW = 0.8
"""Share of the most by which one of few passages can stand out."""


def missing(connection: sqlite3.Connection, collection: str, roots: "Roots", model: str) -> list[Block]:
    """The blocks of passages in `collection` below `roots` that have no vectors of `model`."""
    condition, arguments = path_condition(roots)
    files = connection.execute(
        "SELECT file.id, first, passages FROM file JOIN collection ON collection.id = file.collection "  # noqa: S608
        f"WHERE collection.name = ? AND {condition} AND passages > 0 ORDER BY first",
        (collection, *arguments),
    ).fetchall()
    there = {first for (first,) in connection.execute("SELECT first FROM vector WHERE model = ?", (model,))}
    return [block for file in files for block in _blocks(*file) if block.first not in there]


def texts(connection: sqlite3.Connection, block: Block) -> list[str]:
    """The passages of a block, each with its headings above."""
    rows = connection.execute(
        "SELECT heading, text FROM passage WHERE rowid BETWEEN ? AND ? ORDER BY rowid", (block.first, block.last)
    )
    return [f"{heading}\n{text}" if heading else text for heading, text in rows]


def rows(model: str, embedded: Iterable[tuple[Block, "NDArray[np.float32]"]]) -> Iterator[tuple[int, int, str, bytes]]:
    """The vectors of blocks as they are kept: of which passage on, of which file, by which model, and the numbers."""
    return ((block.first, block.file, model, _packed(vectors)) for block, vectors in embedded)


class Nearness:
    """How near the passages within a scope are to a question: the nearest is 1, one that is near as most are, 0."""

    def __init__(self, passages: "NDArray[np.int64]", cosines: "NDArray[np.float32]") -> None:
        self._passages = passages
        usual, best = (float(cosines.mean()), float(cosines.max())) if cosines.size else (0.0, 0.0)
        spread = best - usual
        self._stands_out = cosines - usual >= _least(cosines.size) * float(cosines.std() if cosines.size else 0.0)
        self._shares = np.clip((cosines - usual) / spread, 0.0, 1.0) if spread > 0 else np.zeros_like(cosines)

    def nearest(self, count: int) -> list[int]:
        """The ids of the passages that are nearest, at most `count`, of those that stand out among the rest."""
        count = min(count, self._shares.size)
        if not count:
            return []
        best = np.argpartition(-self._shares, count - 1)[:count]
        return [int(self._passages[at]) for at in best if self._shares[at] > 0 and self._stands_out[at]]

    def share(self, passage: int) -> float:
        """How near a passage is (0 to 1); one that has no vector is not near."""
        at = int(np.searchsorted(self._passages, passage))
        return float(self._shares[at]) if at < self._passages.size and self._passages[at] == passage else 0.0


def _least(count: int) -> float:
    """Standard deviations by which one of so many must stand out; of few, none can by many."""
    return min(STANDS_OUT, OF_FEW * (count - 1) / math.sqrt(count)) if count > 1 else 0.0


def nearness(connection: sqlite3.Connection, scope: Scope, asked: QueryVector) -> Nearness:
    """How near each passage within `scope` is that has a vector of the same model as the question's."""
    passages: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    cosines: list[NDArray[np.float32]] = [np.empty(0, np.float32)]
    question = np.asarray(asked.numbers, np.float32)
    length = float(np.linalg.norm(question))
    if length > 0 and np.isfinite(length):
        for numbers, vectors in _vectors(connection, scope, asked.model, question.size):
            passages.append(numbers)
            cosines.append(_cosines(vectors, question / length))
    return Nearness(np.concatenate(passages), np.concatenate(cosines))


def _blocks(file: int, first: int, passages: int) -> Iterator[Block]:
    for start in range(first, first + passages, BLOCK):
        yield Block(file, start, min(start + BLOCK, first + passages) - 1)


def _packed(vectors: "NDArray[np.float32]") -> bytes:
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0.0)
    scaled = np.divide(vectors * _LARGEST, largest, out=np.zeros_like(vectors), where=largest > 0)
    return np.rint(scaled).astype(np.int8).tobytes()


def _vectors(
    connection: sqlite3.Connection, scope: Scope, model: str, size: int
) -> Iterator[tuple["NDArray[np.int64]", "NDArray[np.int8]"]]:
    """The ids of the passages within `scope` and their vectors, in ascending order, some thousands at a time."""
    blocks = connection.execute(
        "SELECT vector.first, min(?, file.first + passages - vector.first), numbers "  # noqa: S608
        "FROM vector JOIN file ON file.id = vector.file "
        f"WHERE {scope.condition} AND model = ? ORDER BY file.first, vector.first",
        (BLOCK, *scope.arguments, model),
    )
    firsts: list[int] = []
    gathered: list[bytes] = []
    held = 0
    for first, count, numbers in blocks:
        if len(numbers) != count * size:
            continue  # another model of the same name
        firsts.append(first)
        gathered.append(numbers)
        held += count
        if held >= _AT_ONCE:
            yield _joined(firsts, gathered, size)
            firsts, gathered, held = [], [], 0
    if gathered:
        yield _joined(firsts, gathered, size)


def _joined(
    firsts: Sequence[int], gathered: Sequence[bytes], size: int
) -> tuple["NDArray[np.int64]", "NDArray[np.int8]"]:
    ids = [np.arange(first, first + len(each) // size) for first, each in zip(firsts, gathered, strict=True)]
    return np.concatenate(ids), np.frombuffer(b"".join(gathered), np.int8).reshape(-1, size)


def _cosines(vectors: "NDArray[np.int8]", question: "NDArray[np.float32]") -> "NDArray[np.float32]":
    numbers = vectors.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", numbers, numbers))
    return np.divide(numbers @ question, lengths, out=np.zeros_like(lengths), where=lengths > 0)
