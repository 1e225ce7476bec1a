"""The page of the architecture draws the house that stands: each room has a line, and each line a room."""

import re
from collections.abc import Iterator
from pathlib import Path

from .pages import DOCS, ROOT

LINE = re.compile(r"^- `([\w/]+(?:/|\.py))`: ", re.MULTILINE)
PARTS = ("graph", "nodes", "tools", "mainstem")


def rooms(root: Path) -> Iterator[str]:
    """Each folder with code or with the page, and the modules that lie loose in `mainstem/`."""
    for part in PARTS:
        for folder in sorted([root / part, *(root / part).rglob("*/")]):
            if any(folder.glob("*.py")) or any(folder.glob("*.html")):
                yield f"{folder.relative_to(root).as_posix()}/"
    yield from (path.relative_to(root).as_posix() for path in sorted((root / "mainstem").glob("*.py")))


def unlisted(root: Path, text: str) -> tuple[set[str], set[str]]:
    """Rooms without a line, and lines without a room. The line of `mainstem/` is the page itself."""
    standing, drawn = set(rooms(root)) - {"mainstem/"}, set(LINE.findall(text))
    return standing - drawn, drawn - standing


def test_every_room_has_its_line():
    assert unlisted(ROOT, (DOCS / "explanation" / "architecture.md").read_text(encoding="utf-8")) == (set(), set())


def test_a_room_that_is_not_drawn_is_found(tmp_path: Path):
    for name in ("mainstem/attic/box.py", "mainstem/loose.py", "mainstem/stream/run.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    text = "- `mainstem/stream/`: the run.\n- `mainstem/cellar/`: gone.\n"
    assert unlisted(tmp_path, text) == ({"mainstem/attic/", "mainstem/loose.py"}, {"mainstem/cellar/"})
