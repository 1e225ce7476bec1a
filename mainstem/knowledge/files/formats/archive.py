"""Archives that office files are: opened only if what they hold is bounded."""

from io import BytesIO
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from mainstem.knowledge.errors import Unreadable

MAX_ENTRIES = 10_000
"""Parts of one file."""


def open_archive(data: bytes, kind: str, limit: int) -> ZipFile:
    """The archive. Raises `Unreadable` for what is none, or would unpack to more than `limit` bytes.

    What it says of its sizes holds: the reader of archives gives no more of a part than that.
    """
    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, NotImplementedError) as error:
        raise Unreadable(f"a broken .{kind} file, or one with a password") from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Unreadable(f"it holds {len(entries)} parts, more than {MAX_ENTRIES}")
    if (size := sum(entry.file_size for entry in entries)) > limit:
        raise Unreadable(f"it would unpack to {size / 1e6:.0f} MB, more than {limit / 1e6:g} MB")
    return archive


def parse_xml(data: bytes, kind: str) -> ElementTree.Element:
    """The root of a part that is XML. Raises `Unreadable` when it is broken, or declares entities as no office does."""
    if any("<!DOCTYPE".encode(encoding) in data for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
        raise Unreadable(f"a .{kind} file with a document type declaration is not read")
    try:
        return ElementTree.fromstring(data)  # noqa: S314 (without a document type there are no entities)
    except ElementTree.ParseError as error:
        raise Unreadable(f"a broken .{kind} file ({error})") from error
