"""The table of wishes names tests that exist."""

import re

from tests.conftest import ROOT

ROWS = [line for line in (ROOT / "docs/explanation/wishes.md").read_text().splitlines() if line.startswith("| ")][1:]
NAMED = [(path, name) for row in ROWS for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)]


def test_every_wish_is_held_by_a_test_that_exists():
    assert len(ROWS) == 15
    for row in ROWS:
        assert re.search(r"\| [\w/.-]+#\d+", row), row
        assert "`tests/" in row, row
    for path, name in NAMED:
        assert f"def {name}(" in (ROOT / path).read_text(), f"{path}::{name}"
