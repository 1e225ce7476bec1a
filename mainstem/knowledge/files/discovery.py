"""Which files are to be read: a walk that follows no link to a folder or out of one, and says what it left out."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from mainstem.knowledge.errors import NotFound
from mainstem.knowledge.files.opening import LEADS_OUT, is_within
from mainstem.stores.knowledge import File, Skipped

_CODE = """
.js .mjs .cjs .jsx .ts .tsx .vue .java .kt .scala .groovy .c .h .cc .cpp .cxx .hpp .cs .fs .go .rs .rb .php .swift .m
.r .jl .lua .pl .pm .sh .bash .zsh .ps1 .sql .ex .exs .erl .hs .clj .dart .css .scss .yaml .yml .toml .ini .cfg .conf
.proto
"""

KIND_BY_SUFFIX = {
    ".md": "md", ".markdown": "md", ".mdx": "mdx", ".txt": "txt", ".text": "txt", ".log": "txt", ".rst": "rst",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf", ".docx": "docx", ".pptx": "pptx",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".ipynb": "ipynb", ".eml": "eml", ".mbox": "mbox",
    ".py": "python", ".pyi": "python",
    **dict.fromkeys(_CODE.split(), "code"),
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite",
}  # fmt: skip
"""The kind of a file by its suffix."""

TABLE_KINDS = frozenset({"csv", "tsv", "parquet", "sqlite", "xlsx"})
"""The kinds that hold tables; the others hold text, and a workbook both."""

_IGNORED = frozenset({"node_modules", "__pycache__"})


def located(path: Path | str) -> Path:
    """`path` made absolute, with the links in its folders resolved; a link to a file keeps its own name."""
    absolute = Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100 (Path.absolute keeps "..")
    return absolute.resolve() if absolute.is_dir() else absolute.parent.resolve() / absolute.name


def resolved(paths: Iterable[Path]) -> frozenset[str]:
    """Where `paths` really are: what is read has to lie there, wherever links may lead."""
    return frozenset(os.path.realpath(path) for path in paths)


def discover(roots: Sequence[Path], home: Path, max_bytes: int) -> tuple[list[File], list[Skipped]]:
    """The files under `roots` that can be read, each once, and what was left out, both in order of path.

    Hidden folders, `node_modules`, `__pycache__` and `home` itself are passed over in silence, and so are files of
    other kinds, unless a root names one. Raises `NotFound` for a root that does not exist.
    """
    files: dict[str, File] = {}
    allowed = resolved(roots)
    skipped: list[Skipped] = []
    for root in roots:
        if not os.path.lexists(root):
            raise NotFound(f"{root} does not exist. Check the path, or give another file or folder.")
        found = _below(root, root, home, allowed, skipped) if root.is_dir() else iter([(root, root.name)])
        for path, name in found:
            if str(path) in files:
                continue
            file = _file(path, name, max_bytes)
            if isinstance(file, Skipped):
                skipped.append(file)
            else:
                files[str(path)] = file
    return list(files.values()), skipped


def rediscover(known: Mapping[str, str], max_bytes: int) -> tuple[list[File], list[Skipped]]:
    """The same for files whose paths and names are known; those that are no longer there are passed over."""
    found = [_file(Path(path), name, max_bytes) for path, name in known.items() if os.path.lexists(path)]
    return [f for f in found if isinstance(f, File)], [f for f in found if isinstance(f, Skipped)]


def _below(
    folder: Path, root: Path, home: Path, allowed: Collection[str], skipped: list[Skipped]
) -> Iterator[tuple[Path, str]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        skipped.append(Skipped(str(folder), f"the folder cannot be read ({error.strerror})"))
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith(".") and entry.name not in _IGNORED and path != home:
                yield from _below(path, root, home, allowed, skipped)
        elif entry.is_symlink() and path.is_dir():
            skipped.append(Skipped(str(path), "a link to a folder is not followed; give its target as a path"))
        elif not entry.name.startswith(".") and path.suffix.lower() in KIND_BY_SUFFIX:
            if entry.is_symlink() and not is_within(os.path.realpath(path), allowed):
                skipped.append(Skipped(str(path), LEADS_OUT))
                continue
            yield path, path.relative_to(root).as_posix()


def _file(path: Path, name: str, max_bytes: int) -> File | Skipped:
    kind = KIND_BY_SUFFIX.get(path.suffix.lower())
    if kind is None:
        return Skipped(str(path), f"files of this kind are not read (only {' '.join(KIND_BY_SUFFIX)})")
    try:
        str(path).encode()
        state = path.stat()
        size, modified = state.st_size, state.st_mtime_ns
        if kind == "sqlite" and (log := path.with_name(path.name + "-wal")).exists():
            size, modified = size + log.stat().st_size, max(modified, log.stat().st_mtime_ns)
    except OSError as error:
        return Skipped(str(path), f"the file cannot be read ({error.strerror})")
    except UnicodeEncodeError:
        return Skipped(ascii(str(path)), "its name is not valid text; rename it")
    if not path.is_file():
        return Skipped(str(path), "not a regular file")
    if size > max_bytes:
        limit = f"{max_bytes / 1e6:g} MB"
        return Skipped(str(path), f"{size / 1e6:.1f} MB, more than the limit of {limit} (MAINSTEM_MAX_FILE_MB)")
    return File(str(path), name, kind, size, modified)
