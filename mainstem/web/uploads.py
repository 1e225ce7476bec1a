"""Uploaded files: taken in with limits, under names that cannot lead anywhere else."""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.readers import docx
from mainstem.knowledge.walk import KINDS
from mainstem.settings import Settings

from .problems import Problem

MOST_FILES = 100
"""Files in one upload."""

NAME_BYTES = 200
"""Length of a file's name."""


def folder(settings: Settings) -> Path:
    """Where uploaded files are kept."""
    return settings.home / "uploads"


async def received(request: Request) -> list[UploadFile]:
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
    files = [each for each in form.getlist("files") if isinstance(each, UploadFile)]
    if not files:
        raise Problem(422, "There is no file in the field `files`.", hint="curl -F files=@paper.pdf …/documents")
    return files


async def keep(files: Sequence[UploadFile], settings: Settings) -> list[Path]:
    """Write the files below `folder(settings)`; returns where they are. Raises `Problem` before anything is written."""
    most = int(settings.max_file_mb * 1_000_000)
    names = [name_of(file) for file in files]
    for name, file in zip(names, files, strict=True):
        if (file.size or 0) > most:
            raise Problem(413, f"{name} is larger than {most / 1e6:g} MB.", hint="MAINSTEM_MAX_FILE_MB says how large.")
        await _refuse_bombs(name, file, most)
    return [
        await asyncio.to_thread(_write, folder(settings) / name, file) for name, file in zip(names, files, strict=True)
    ]


def name_of(file: UploadFile) -> str:
    """The name that the file is kept under. Raises `Problem` for one that leads elsewhere, or of a kind not read."""
    name = (file.filename or "").strip()
    strange = any(character in "/\\:\0" or not character.isprintable() for character in name)
    if not name or name.startswith(".") or strange or len(name.encode()) > NAME_BYTES:
        raise Problem(422, f"{name[:80]!r} is no name for a document.", hint="Send a plain file name, without folders.")
    if Path(name).suffix.lower() not in KINDS:
        raise Problem(415, f"{name}: files of this kind are not read.", hint=f"These are: {' '.join(KINDS)}.")
    return name


async def _refuse_bombs(name: str, file: UploadFile, most: int) -> None:
    if Path(name).suffix.lower() != ".docx":
        return
    data = await file.read()
    await file.seek(0)
    try:
        await asyncio.to_thread(docx.check_size, data, 2 * most)
    except Unreadable as error:
        raise Problem(422, f"{name}: {error}.") from error


def _write(path: Path, file: UploadFile) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}")
    try:
        with part.open("wb") as out:
            while data := file.file.read(2**20):
                out.write(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path
