"""The recordings of a folder, each with the oracle's reading of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.recordings.fields import Said
from mainstem.models.openai.json_values import mappings
from mainstem.testing import WireTurn, transcript


@dataclass
class Row:
    """One recording."""

    file: str
    kind: str
    oracle: Said | None = None
    """The row of expected.jsonl, when it has a result."""
    turn: WireTurn | None = None
    payloads: list[dict[str, Any]] = field(default_factory=list)
    unreadable: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is one of M."""
        return self.kind == "responses" or self.oracle is not None


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file; a line that holds none is named and passed over."""
    if not path.is_file():
        print(f"{path.name}: not there")
        return
    text = path.read_bytes().decode("utf-8", errors="replace")
    for number, line in enumerate(text.split("\n"), 1):  # not splitlines(): texts hold other line ends
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            print(f"{path.name}, line {number}: no JSON ({error})")
            continue
        if isinstance(row, dict) and isinstance(row.get("file"), str):
            yield row
        else:
            print(f"{path.name}, line {number}: names no file")


def rows_of(folder: Path) -> list[Row]:
    """Every recording of the index, and those that only expected.jsonl names."""
    rows = {row["file"]: Row(row["file"], str(row.get("kind"))) for row in lines_of(folder / "index.jsonl")}
    for expected in lines_of(folder / "expected.jsonl"):
        row = rows.setdefault(expected["file"], Row(expected["file"], "chat"))
        if mappings(expected.get("choices")) and row.kind == "chat":
            row.oracle = expected
    for number, row in enumerate(rows.values()):
        load(row, folder, number)
    return list(rows.values())


def load(row: Row, folder: Path, number: int) -> None:
    """Read the recording, to be played to whoever asks for its number."""
    try:
        turn = transcript(folder / row.file)
    except (OSError, ValueError) as error:
        row.unreadable = f"{type(error).__name__}: {error}"
        return
    row.turn = turn.model_copy(update={"when": f"^{number}$"})
    row.payloads = list(payloads_of("".join(step.raw for step in turn.steps)))


def payloads_of(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a stream's `data:` lines, read here once more and without our models."""
    for event in re.split(r"\r?\n\r?\n", text):
        found = [line[5:].lstrip(" ") for line in re.split(r"\r?\n", event) if line.startswith("data:")]
        try:
            payload = json.loads("\n".join(found))
        except ValueError:
            continue
        if isinstance(payload, dict):
            yield payload
