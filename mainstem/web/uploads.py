"""Uploaded files: taken in with limits, under names that cannot lead anywhere else."""

import asyncio
import errno
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from mainstem.knowledge.files.discovery import READ_KINDS, kind_of
from mainstem.settings import Settings
from mainstem.stores.home import made

from .problems import Problem

MOST_FILES = 100
"""Files in one upload."""

NAME_BYTES = 200
"""Length of a file's name."""


def folder(settings: Settings) -> Path:
    """Where uploaded files are kept."""
    return settings.home / "uploads"


async def uploaded_files(request: Request) -> list[UploadFile]:
    """The files of a multipart request. Raises `Problem`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise Problem(
            415, f"Documents come as multipart/form-data, not as {kind or 'nothing'}.", hint="curl -F files=@…"
        )
    parser = MultiPartParser(request.headers, request.stream(), max_files=MOST_FILES, max_fields=MOST_FILES)
    try:
        form: FormData = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        raise Problem(400, f"The multipart body cannot be read: {error}.") from error
    except OSError as error:  # what is large waits in a file for temporary things
        raise _full(error) from error
    files = [each for each in form.getlist("files") if isinstance(each, UploadFile)]
    if not files:
        raise Problem(422, "There is no file in the field `files`.", hint="curl -F files=@paper.pdf …/documents")
    return files


@dataclass(frozen=True)
class StoredUploads:
    """What came of an upload: where its files are, and which were refused, with the reason."""

    paths: tuple[Path, ...]
    refused: tuple[tuple[str, Problem], ...]


async def store_uploads(files: Sequence[UploadFile], settings: Settings, folder: Path) -> StoredUploads:
    """Write the files below `folder`, all that are not refused or none of them.

    Raises `Problem` when every file is refused, and 507 when the disk is full.
    """
    most = int(settings.max_file_mb * 1_000_000)
    good: dict[str, UploadFile] = {}
    refused: list[tuple[str, Problem]] = []
    for file in files:
        try:
            name = name_of(file)
            _check(name, file, most)
        except Problem as problem:
            refused.append(((file.filename or "")[:NAME_BYTES], problem))
        else:
            good[name] = file  # of two with one name, the last
    if not good:
        raise refused[0][1]
    return StoredUploads(tuple(await asyncio.to_thread(_write, settings.home, folder, good)), tuple(refused))


def _check(name: str, file: UploadFile, max_bytes: int) -> None:
    # What is in it is looked at where documents are read: in a process of their own.
    if (file.size or 0) > max_bytes:
        raise Problem(
            413, f"{name} is larger than {max_bytes / 1e6:g} MB.", hint="MAINSTEM_MAX_FILE_MB says how large."
        )


def name_of(file: UploadFile) -> str:
    """The name that the file is kept under. Raises `Problem` for one that leads elsewhere, or of a kind not read."""
    name = (file.filename or "").strip()
    strange = any(character in "/\\:\0" or not character.isprintable() for character in name)
    if not name or name.startswith(".") or strange or len(name.encode()) > NAME_BYTES:
        raise Problem(422, f"{name[:80]!r} is no name for a document.", hint="Send a plain file name, without folders.")
    if kind_of(Path(name)) is None:
        raise Problem(415, f"{name}: files of this kind are not read.", hint=f"These are: {READ_KINDS}.")
    return name


def _write(home: Path, target: Path, files: Mapping[str, UploadFile]) -> list[Path]:
    """Write all files beside where they go, then put each in its place. Raises `Problem`."""
    parts: dict[Path, Path] = {}
    try:
        made(home, str(target.relative_to(home)))
        for name, file in files.items():
            part = parts[target / name] = target / f".{secrets.token_hex(8)}"
            with part.open("wb") as out:
                shutil.copyfileobj(file.file, out, 2**20)
        for path, part in parts.items():
            part.replace(path)
    except OSError as error:
        raise _full(error) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return list(parts)


def _full(error: OSError) -> Problem:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(507, "The server's disk is full: nothing of the upload was kept.", hint="Free some space there.")
    return Problem(503, f"The upload cannot be kept ({error.strerror}).", hint="Check the home's folder and its disk.")
