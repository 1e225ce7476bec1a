"""A session over the bundled agent, with a folder of small documents and a script for its model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mainstem import Settings

GUIDE = """# The ferry

## When does the ferry sail?

The ferry sails every day at seven in the morning. On Sundays it sails at nine.

## What does a ticket cost?

A ticket costs twelve crowns. Children under six sail free of charge.
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "ferry.md").write_text(GUIDE)
    (folder / "harbours.csv").write_text("harbour,boats\nSouth,12\nNorth,30\nWest,8\n")
    return folder


@pytest.fixture
def extractive(tmp_path: Path, docs: Path) -> Settings:
    return Settings(home=tmp_path / "home", docs=[docs], model="extractive")


@pytest.fixture
def scripted(tmp_path: Path, docs: Path) -> Callable[..., Settings]:
    def settings(*turns: object, **more: Any) -> Settings:
        file = tmp_path / "script.json"
        file.write_text(json.dumps(list(turns)))
        return Settings(home=tmp_path / "home", docs=[docs], model=f"scripted:{file}", **more)

    return settings


def call(name: str, args: dict[str, object], key: str) -> dict[str, object]:
    """A script step: one whole tool call."""
    return {"tool_call": {"name": name, "args": args, "id": key}}
