"""Which files are to be read: a walk that follows no link to a folder or out of one, and says what it left out."""

import os
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mainstem.knowledge.errors import NotFound
from mainstem.knowledge.files.opening import LEADS_OUT, is_within
from mainstem.knowledge.files.secrets import HOLDS_SECRETS, holds_secrets
from mainstem.stores.knowledge import File, Skipped, UnreadKind

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

READ_KINDS = (
    "Markdown, text, HTML, PDF, DOCX, PPTX, JSON, notebooks, source code, e-mail, CSV, TSV, XLSX, Parquet and SQLite"
)
"""The kinds that are read, in words."""

TABLE_KINDS = frozenset({"csv", "tsv", "parquet", "sqlite", "xlsx"})
"""The kinds that hold tables; the others hold text, and a workbook both."""

_IGNORED = frozenset({"node_modules", "__pycache__"})


NO_SUFFIX = "no ending"
"""What files are counted under whose names have none."""

_MAX_SUFFIX = 12
_TEXTS = ("readme", "license", "licence", "copying", "notice", "authors", "changelog", "contributing")
_NAMED = {**dict.fromkeys(_TEXTS, "txt"), **dict.fromkeys(("makefile", "dockerfile", "gemfile", "rakefile"), "code")}


@dataclass
class Discovery:
    """What there is below some roots: `files` to read, what was `skipped` and why, and how many files of kinds that are
    not read lie where (by folder and suffix).
    """

    files: dict[str, File] = field(default_factory=dict[str, File])
    skipped: list[Skipped] = field(default_factory=list[Skipped])
    unread: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def unread_kinds(self) -> list[UnreadKind]:
        """The kinds that are not read, most files first."""
        total = Counter[str]()
        for (_, suffix), count in self.unread.items():
            total[suffix] += count
        return [UnreadKind(*each) for each in sorted(total.items(), key=lambda each: (-each[1], each[0]))]


def kind_of(path: Path) -> str | None:
    """The kind of a file by its name, or None where such files are not read."""
    return _kind_of(path.name)


def located(path: Path | str) -> Path:
    """`path` made absolute, with the links in its folders resolved; a link to a file keeps its own name."""
    absolute = Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100 (Path.absolute keeps "..")
    return absolute.resolve() if absolute.is_dir() else absolute.parent.resolve() / absolute.name


def resolved(paths: Iterable[Path]) -> frozenset[str]:
    """Where `paths` really are: what is read has to lie there, wherever links may lead."""
    return frozenset(os.path.realpath(path) for path in paths)


def discover(roots: Sequence[Path], home: Path, max_bytes: int) -> Discovery:
    """The files under `roots` that can be read, each once and in order of path, and what was left out.

    Hidden files and folders, `node_modules`, `__pycache__` and `home` itself are passed over in silence; files of kinds
    that are not read are counted, and skipped where a root names one; what commonly holds secrets is skipped where none
    does. Raises `NotFound` for a root that does not exist.
    """
    found = Discovery()
    allowed = resolved(roots)
    for root in roots:
        if not os.path.lexists(root):
            raise NotFound(f"{root} does not exist. Check the path, or give another file or folder.")
        below = _below(str(root), "", str(home), allowed, found) if root.is_dir() else iter([(str(root), root.name)])
        for path, name in below:
            if path in found.files:
                continue
            file = _file(path, name, max_bytes)
            if isinstance(file, Skipped):
                found.skipped.append(file)
            else:
                found.files[path] = file
    return found


def rediscover(known: Mapping[str, str], max_bytes: int) -> Discovery:
    """The same for files whose paths and names are known; those that are no longer there are passed over."""
    found = [_file(path, name, max_bytes) for path, name in known.items() if os.path.lexists(path)]
    files = {file.path: file for file in found if isinstance(file, File)}
    return Discovery(files, [each for each in found if isinstance(each, Skipped)])


def kinds_in_line(unread: Sequence[UnreadKind], most: int = 8) -> str:
    """The kinds in a line: `12 .png, 3 .exe and 2 of other kinds`."""
    shown = ", ".join(f"{each.files} {each.suffix}" for each in unread[:most])
    rest = sum(each.files for each in unread[most:])
    return f"{shown} and {rest} of other kinds" if rest else shown


def nothing_to_read(roots: Sequence[Path], skipped: Sequence[Skipped], unread: Sequence[UnreadKind]) -> str:
    """What people are told where none of what `roots` hold could be read."""
    where = ", ".join(map(str, roots)) or "no path"
    if not skipped:
        others = f" (only files of kinds that are not read: {kinds_in_line(unread)})" if unread else ""
        return f"There is nothing to read in {where}{others}. Give a folder with {READ_KINDS}."
    reasons = "; ".join(f"{each.path}: {each.reason}" for each in skipped[:3])
    more = f"; and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    return f"Nothing in {where} could be read: {reasons}{more}."


# A walk precedes every question: it makes no `Path` of each file, which would cost more than all else in it.
def _below(
    folder: str, prefix: str, home: str, allowed: Collection[str], found: Discovery
) -> Iterator[tuple[str, str]]:
    """The files to read in `folder`, and their names, which begin with `prefix`."""
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        found.skipped.append(Skipped(folder, f"the folder cannot be read ({error.strerror})"))
        return
    unread = Counter[str]()
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith(".") and entry.name not in _IGNORED and entry.path != home:
                yield from _below(entry.path, f"{prefix}{entry.name}/", home, allowed, found)
        elif entry.is_symlink() and os.path.isdir(entry.path):  # noqa: PTH112 (see above; a circle of links is none)
            reason = "a link to a folder is not followed; give its target as a path"
            found.skipped.append(Skipped(entry.path, reason))
        elif entry.name.startswith("."):
            continue
        elif _kind_of(entry.name) is None:
            unread[_ending(entry.name)] += 1
        elif reason := _kept_out(entry, allowed):
            found.skipped.append(Skipped(entry.path, reason))
        else:
            yield entry.path, f"{prefix}{entry.name}"
    # Set and not added: a folder may lie below two of the roots.
    for suffix, count in unread.items():
        found.unread[folder, suffix] = count


def _kept_out(entry: os.DirEntry[str], allowed: Collection[str]) -> str | None:
    """Why a file that could be read is not: nobody named it, and it may not be meant."""
    if entry.is_symlink() and not is_within(os.path.realpath(entry.path), allowed):
        return LEADS_OUT
    return HOLDS_SECRETS if holds_secrets(entry.name) else None


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 (see `_below`)


def _kind_of(name: str) -> str | None:
    suffix = _suffix(name)
    return KIND_BY_SUFFIX.get(suffix) if suffix else _NAMED.get(name.lower())


def _ending(name: str) -> str:
    """How the name of a file ends that is not read, as text that can be shown."""
    suffix = ascii(_suffix(name))[1:-1]
    return suffix if 1 < len(suffix) <= _MAX_SUFFIX else NO_SUFFIX


def _file(path: str, name: str, max_bytes: int) -> File | Skipped:
    kind = _kind_of(os.path.basename(path))  # noqa: PTH119 (see `_below`)
    if kind is None:
        return Skipped(path, f"files of this kind ({_ending(path)}) are not read")
    try:
        path.encode()
        state = os.stat(path)  # noqa: PTH116 (see `_below`)
        size, modified = _with_log(path, state) if kind == "sqlite" else (state.st_size, state.st_mtime_ns)
    except OSError as error:
        return Skipped(path, f"the file cannot be read ({error.strerror})")
    except UnicodeEncodeError:
        return Skipped(ascii(path), "its name is not valid text; rename it")
    if not stat.S_ISREG(state.st_mode):
        return Skipped(path, "not a regular file")
    if size > max_bytes:
        limit = f"{max_bytes / 1e6:g} MB"
        return Skipped(path, f"{size / 1e6:.1f} MB, more than the limit of {limit} (MAINSTEM_MAX_FILE_MB)")
    return File(path, name, kind, size, modified)


def _with_log(path: str, state: os.stat_result) -> tuple[int, int]:
    """The size and the time of change of an SQLite file with what waits in its log."""
    log = Path(f"{path}-wal")
    if not log.exists():
        return state.st_size, state.st_mtime_ns
    waits = log.stat()
    return state.st_size + waits.st_size, max(state.st_mtime_ns, waits.st_mtime_ns)
