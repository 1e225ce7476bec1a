"""Questions with gold sections: rows of `question` and `sections` (`file.md#Heading`, or `file.md` for a whole page).

The rows (`questions.jsonl`, `.json` or `.csv`) stand in one folder with the documents, or beside a folder of them.
"""

import json
import tarfile
from pathlib import Path
from typing import Any

from benchmarks.answering.loaders import rows
from benchmarks.answering.suite import Case, Suite


def load(path: Path) -> Suite:
    """The documents as they are; the gold of a question is its sections, as (file, heading)."""
    file = rows.only(path, "questions.*", "*.jsonl")
    files = {
        each.relative_to(file.parent).as_posix(): each.read_bytes()
        for each in sorted(file.parent.rglob("*"))
        if each.is_file() and each != file and each.suffix != ".xz"
    }
    for packed in sorted(file.parent.glob("*.tar.xz")):
        files |= unpacked(packed)
    return Suite({"": files}, [Case(row["question"], _gold(row)) for row in rows.read(file)])


def unpacked(packed: Path) -> dict[str, bytes]:
    """The files of a packed corpus, below its own name."""
    below = packed.name.removesuffix(".tar.xz")
    with tarfile.open(packed) as archive:
        opened = ((each.name, archive.extractfile(each)) for each in archive if each.isfile())
        return {f"{below}/{name}": file.read() for name, file in opened if file is not None}


def _gold(row: dict[str, Any]) -> list[tuple[str, str]]:
    named = row.get("sections") or row.get("section") or []
    listed = json.loads(named) if isinstance(named, str) and named.startswith("[") else named
    each = [listed] if isinstance(listed, str) else listed
    return [_section(one if isinstance(one, str) else f"{one['document']}#{one.get('heading', '')}") for one in each]


def _section(named: str) -> tuple[str, str]:
    file, _, heading = named.partition("#")
    return file, heading
