"""The pages, as tests look at them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MANUAL = sorted(DOCS.rglob("*.md"))
PAGES = [*MANUAL, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"))]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def samples(page: Path, language: str) -> list[str]:
    """The fenced blocks in `language`."""
    return [code for name, code in _FENCE.findall(page.read_text(encoding="utf-8")) if name == language]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> Iterator[str]:
    """What the page links to within the repository."""
    return (link for link in _LINK.findall(prose(page)) if not link.startswith(("http://", "https://")))


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in _HEADING.findall(prose(page))}


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Each heading of a page's prose but its title, with what stands below it."""
    parts = _HEADING.split(_FENCE.sub("", text))[1:]
    yield from list(zip(parts[::2], parts[1::2], strict=True))[1:]
