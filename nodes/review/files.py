"""The source files at or below some paths, and their lines in portions that a model reads at once."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

SUFFIXES = (
    *(".bash", ".c", ".cc", ".cpp", ".cs", ".css", ".go", ".h", ".hpp", ".html", ".java", ".js", ".jsx", ".kt"),
    *(".lua", ".m", ".mjs", ".php", ".pl", ".ps1", ".py", ".r", ".rb", ".rs", ".scala", ".sh", ".sql", ".svelte"),
    *(".swift", ".tf", ".ts", ".tsx", ".vue", ".zig"),
)
"""What the names of source files end in."""

MAX_BYTES = 400_000
"""Size of a file that is reviewed; larger ones are generated."""

_PASSED_OVER = frozenset(["node_modules", "__pycache__", "venv", "dist", "build", "target", "vendor"])


def source_files(paths: Sequence[Path]) -> list[Path]:
    """The files that are named, and the source files below the folders that are; without hidden and built ones."""
    return list(dict.fromkeys(file for path in paths for file in ([path] if path.is_file() else sorted(_below(path)))))


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _PASSED_OVER]
        for name in files:
            file = Path(place, name)
            if file.suffix.lower() in SUFFIXES and not name.startswith(".") and file.stat().st_size <= MAX_BYTES:
                yield file


def portions(file: Path, size: int) -> list[str]:
    """The lines of a file, each behind its number, in texts of about `size` characters. Raises `OSError`."""
    found = [""]
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        said = f"{number}: {line[:1000]}\n"
        if found[-1] and len(found[-1]) + len(said) > size:
            found.append("")
        found[-1] += said
    return [portion for portion in found if portion.strip()]
