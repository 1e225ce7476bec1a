"""The process that reads documents: files that others made, under limits of the system on memory, time and disk.

It is fed one request after the other on its input, each a frame: four bytes of length, then JSON. The answer to each is
two frames: the digest of what is in the file, then what was read (nothing, where the digest is known). A file that
breaks a limit ends the process, and so costs only itself; whoever feeds it then starts another one.
"""

import sys

if __name__ == "__main__":
    # Started without `site`, which takes half the time; the first argument says where packages lie.
    import json as _json

    sys.path[:] = _json.loads(sys.argv[1])

import errno
import hashlib
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from mainstem.knowledge.errors import Inaccessible, Unreadable
from mainstem.knowledge.files import formats, inner_tables
from mainstem.knowledge.files.chunking import chunks
from mainstem.knowledge.files.discovery import TABLE_KINDS
from mainstem.knowledge.files.opening import Opened, check, check_beside, read_content
from mainstem.knowledge.tables import spreadsheet
from mainstem.knowledge.tables.parquet import ParquetCopier
from mainstem.stores.knowledge import TableCopy


def main() -> None:
    """Take the limits, then answer requests until there are no more."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    if (limits := read_frame(requests)) is None:
        return
    _limit(limits["memory"], limits["written"])
    worker = Worker(set(limits["allowed"]), limits["max_bytes"], limits["seconds"])
    send(answers, "ready")
    while (request := read_frame(requests)) is not None:
        worker.answer(request, lambda said: send(answers, said))


def read_frame(stream: BinaryIO) -> Any:
    """The next frame, or None at the end."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "big")
    data = stream.read(size)
    return orjson.loads(data) if len(data) == size else None


def send(stream: BinaryIO, said: Any) -> None:
    """Write a frame."""
    data = orjson.dumps(said)
    stream.write(len(data).to_bytes(4, "big"))
    stream.write(data)
    stream.flush()


class Worker:
    """Reads files that lie within `allowed`, each within `seconds` of the processor's time."""

    def __init__(self, allowed: set[str], max_bytes: int, seconds: float) -> None:
        self._allowed = allowed
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._copier = ParquetCopier(max_bytes)

    def answer(self, request: dict[str, Any], tell: Callable[[Any], None]) -> None:
        """Read the file of `request`: its `path`, `kind`, the digests that are `known`, and where `copies` go."""
        _allow(self._seconds)
        try:
            opened, digest = self._opened(Path(request["path"]), request["kind"])
            tell(digest)
            tell({} if digest in request["known"] else self._read(request, opened))
        except Inaccessible as error:
            tell(None)
            tell(_passing(error))
        finally:
            _allow(0)

    def _opened(self, path: Path, kind: str) -> tuple[Opened, str]:
        opened = read_content(path, self._allowed, self._max_bytes)
        digest = hashlib.blake2b(opened.data, digest_size=16)
        # What was last written to a database may still be in its log.
        log = path.with_name(path.name + "-wal")
        if kind == "sqlite" and log.exists():
            digest.update(read_content(log, self._allowed, self._max_bytes).data)
        return opened, digest.hexdigest()

    def _read(self, request: dict[str, Any], opened: Opened) -> dict[str, Any]:
        kind = request["kind"]
        try:
            if kind in TABLE_KINDS:
                return self._copied(Path(request["path"]), kind, opened, Path(request["copies"]))
            extract = formats.read(kind, opened.data, self._max_bytes)
            copies = self._copier.copy_inner(
                inner_tables.with_names(extract, Path(request["path"])), Path(request["copies"])
            )
            pieces = [tuple(piece) for piece in chunks(extract)]
            return {"pieces": pieces, "copies": [*map(_shown, copies)], "missing": extract.missing}
        except Inaccessible as error:
            return _passing(error)
        except Unreadable as error:
            return {"skipped": str(error)}
        except MemoryError:
            return {"outgrown": True}
        except Exception as error:  # noqa: BLE001 (a parser fails in any way whatever, and it costs only its file)
            return _failed(kind, error)

    def _copied(self, path: Path, kind: str, opened: Opened, target: Path) -> dict[str, Any]:
        if kind == "sqlite":
            check_beside(path, self._allowed)
        copies = self._copier.copy(path, kind, opened.data, target)
        if kind in ("parquet", "sqlite"):  # these were opened once more, by their path
            check(path, opened.state, self._allowed)
        if kind == "sqlite":
            check_beside(path, self._allowed)
        pieces = chunks(spreadsheet.text(opened.data, self._max_bytes)) if kind == "xlsx" else ()
        return {"copies": [*map(_shown, copies)], "pieces": [tuple(piece) for piece in pieces]}


def _shown(copy: TableCopy) -> dict[str, Any]:
    return {field.name: getattr(copy, field.name) for field in fields(copy)} | {"path": str(copy.path)}


def _passing(error: Inaccessible) -> dict[str, Any]:
    return {"skipped": str(error), "passing": True}


def _failed(kind: str, error: Exception) -> dict[str, Any]:
    # A full disk is not the file's fault.
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return {"full": error.errno}
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return {"outgrown": True}
    return {"skipped": f"a broken {kind} file ({type(error).__name__}: {str(error)[:200]})"}


def _limit(memory: int, written: int) -> None:
    # Not every system has such limits, nor lets a process set them.
    with suppress(ImportError, AttributeError):
        import resource

        for name, size in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, written)):
            with suppress(ValueError, OSError):
                hard = resource.getrlimit(name)[1]
                size = size if hard == resource.RLIM_INFINITY else min(size, hard)
                resource.setrlimit(name, (size, size))


def _allow(seconds: float) -> None:
    # Nobody handles the signal: the system itself ends the process, whatever it is at. It counts the processor's time,
    # so that a busy machine makes no document too slow.
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    main()
