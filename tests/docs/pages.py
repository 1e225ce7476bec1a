"""The pages, as tests look at them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]

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


def headings(page: Path) -> list[str]:
    """The page's headings."""
    return _HEADING.findall(prose(page))
