"""Rows of JSON lines, JSON lists, CSV and TSV, as dictionaries."""

import csv
import json
from pathlib import Path
from typing import Any

csv.field_size_limit(1 << 30)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, by how its name ends."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix in (".csv", ".tsv"):
        return list(csv.DictReader(text.splitlines(keepends=True), delimiter="," if path.suffix == ".csv" else "\t"))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    return json.loads(text)


def only(path: Path, *patterns: str) -> Path:
    """`path` itself where it is a file, else the first file below it that fits a pattern, in their order."""
    if path.is_file():
        return path
    for pattern in patterns:
        if found := sorted(path.rglob(pattern)):
            return found[0]
    raise SystemExit(f"There is no {' or '.join(patterns)} in {path}.")
