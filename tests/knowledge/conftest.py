from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from mainstem.knowledge import Library

Write = Callable[[dict[str, str | bytes]], Path]


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    library = Library(tmp_path / "home", max_file_mb=1.0, query_timeout=60.0)
    yield library
    await library.close()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files below a folder and return that folder."""

    def write(files: dict[str, str | bytes]) -> Path:
        root = tmp_path / "docs"
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return write
