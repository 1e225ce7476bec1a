"""The source files at or below some paths, and their lines in portions that a model reads at once."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from mainstem.knowledge.files.opening import is_within

SUFFIXES = (
    *(".bash", ".c", ".cc", ".cpp", ".cs", ".css", ".go", ".h", ".hpp", ".html", ".java", ".js", ".jsx", ".kt"),
    *(".lua", ".m", ".mjs", ".php", ".pl", ".ps1", ".py", ".r", ".rb", ".rs", ".scala", ".sh", ".sql", ".svelte"),
    *(".swift", ".tf", ".ts", ".tsx", ".vue", ".zig"),
)
"""What the names of source files end in."""

MAX_BYTES = 400_000
"""Size of a file that is reviewed; larger ones are generated."""

_PASSED_OVER = frozenset(["node_modules", "__pycache__", "venv", "dist", "build", "target", "vendor"])


class Unreviewable(Exception):
    """A file is no source file, and why."""


def source_files(paths: Sequence[Path]) -> list[Path]:
    """The files that are named, and the source files below the folders that are; without hidden and built ones."""
    return list(dict.fromkeys(file for path in paths for file in ([path] if path.is_file() else sorted(_below(path)))))


def _below(folder: Path) -> Iterator[Path]:
    allowed = (os.path.realpath(folder),)
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _PASSED_OVER]
        for name in files:
            file = Path(place, name)
            if file.suffix.lower() in SUFFIXES and not name.startswith(".") and _is_small_file(file, allowed):
                yield file


def _is_small_file(file: Path, allowed: Sequence[str]) -> bool:
    """Whether it is a file at all, and not a link out of the folder: what it leads to was not meant to be sent."""
    try:
        state = file.stat()
    except OSError:
        return False
    return stat.S_ISREG(state.st_mode) and state.st_size <= MAX_BYTES and is_within(os.path.realpath(file), allowed)


def portions(file: Path, size: int) -> list[str]:
    """The lines of a file, each behind its number, in texts of about `size` characters.

    Raises `OSError`, and `Unreviewable` for a file that is too large or no text.
    """
    found = [""]
    for number, line in enumerate(_text(file).splitlines(), 1):
        said = f"{number}: {line[:1000]}\n"
        if found[-1] and len(found[-1]) + len(said) > size:
            found.append("")
        found[-1] += said
    return [portion for portion in found if portion.strip()]


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unreviewable(f"it has more than {MAX_BYTES // 1000} kB")
    if b"\0" in data:
        raise Unreviewable("it is no text (it holds binary data)")
    return data.decode(errors="replace")
