"""What the id of a new thread may be: it stands in addresses and in what people read."""

from unicodedata import category

from ...stream.errors import WrongThreadId

_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of control characters, of halves of one, and of ends of lines and paragraphs."""


def check_thread_id(thread: str) -> None:
    """Raise `WrongThreadId` for an id with a slash, a control character or a line's end, or one that is only dots."""
    if thread in (".", "..") or any(char == "/" or category(char) in _UNPRINTABLE for char in thread):
        raise WrongThreadId(f"{thread!a} cannot be a thread's id: it has no slashes and no control characters.")
