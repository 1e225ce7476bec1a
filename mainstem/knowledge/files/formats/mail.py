"""E-mail: a message (.eml) or a box of them (.mbox), each with its headers, its words and its attachments' names."""

import email
import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, Message
from typing import cast

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats import html
from mainstem.knowledge.files.formats.extract import Extract, TextBuilder

_HEADERS = ("From", "To", "Cc", "Date")
_MAX_HEADER = 1_000
_MAX_PARTS = 1_000
_BEGINS = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\n")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_TAG = re.compile(rb"\A\s*<(?:!doctype|html)", re.IGNORECASE)


def read(data: bytes, kind: str) -> Extract:
    """The text of an `eml` or `mbox` file. Raises `Unreadable` for what is no e-mail."""
    builder = TextBuilder()
    for raw in _messages(data) if kind == "mbox" else [data]:
        message = email.message_from_bytes(raw, policy=policy.default)
        if not message.keys() or _TAG.match(raw):
            raise Unreadable(f"not an e-mail (.{kind}) that can be read")
        _add(builder, message)
    return builder.extract()


def _messages(data: bytes) -> Iterator[bytes]:
    begins = list(_BEGINS.finditer(data))
    if not begins:
        raise Unreadable("not a box of e-mail (.mbox) that can be read")
    ends = [match.start() for match in begins[1:]] + [len(data)]
    for match, end in zip(begins, ends, strict=True):
        yield _QUOTED_FROM.sub(rb"\1", data[match.end() : end])


def _add(builder: TextBuilder, message: "Message[str, str]") -> None:
    builder.heading(1, _header(message, "Subject") or "(no subject)")
    builder.add("\n".join(f"{name}: {said}" for name in _HEADERS if (said := _header(message, name))))
    names: list[str] = []
    alternatives: list[EmailMessage] = []
    for count, part in enumerate(message.walk()):
        if count > _MAX_PARTS:
            raise Unreadable(f"a message has more than {_MAX_PARTS} parts")
        if part.is_multipart():
            continue
        if name := part.get_filename():
            names.append(" ".join(str(name).split()))
        elif part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
            alternatives.append(cast("EmailMessage", part))
    plain = [part for part in alternatives if part.get_content_type() == "text/plain"]
    for part in plain or alternatives:
        _add_words(builder, part)
    if names:
        builder.add("Attachments: " + ", ".join(names))


def _add_words(builder: TextBuilder, part: EmailMessage) -> None:
    words = _decoded(part)
    if part.get_content_type() != "text/html":
        builder.add(words)
        return
    start, page = builder.length, html.read(words.encode("utf-8", "replace"))
    builder.tables += [table._replace(start=table.start + start, end=table.end + start) for table in page.tables]
    builder.add(page.text)


def _decoded(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # it names an encoding that there is not, or that it is not in
        return cast("bytes", part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _header(message: "Message[str, str]", name: str) -> str:
    try:
        said = message.get(name)
    except (ValueError, IndexError, TypeError):  # a header that Python's own parser fails on
        said = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(str(said or "").split())[:_MAX_HEADER]
