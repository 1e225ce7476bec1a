"""A session over the bundled agent, with a folder of small documents and a script for its model."""

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mainstem import Settings
from mainstem.knowledge.index_cache import library

GUIDE = """# The ferry

## When does the ferry sail?

The ferry sails every day at seven in the morning. On Sundays it sails at nine.

## What does a ticket cost?

A ticket costs twelve crowns. Children under six sail free of charge.
"""

LAST_YEAR = 1_700_000_000
"""When the documents were written: what changed a moment ago would be read once more by each test that asks."""


def written(folder: Path) -> Path:
    """A folder with a guide and a table in it."""
    folder.mkdir()
    (folder / "ferry.md").write_text(GUIDE)
    (folder / "harbours.csv").write_text("harbour,boats\nSouth,12\nNorth,30\nWest,8\n")
    for file in folder.iterdir():
        os.utime(file, (LAST_YEAR, LAST_YEAR))
    return folder


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder of documents of the test's own, which it may change; its home has nothing indexed yet."""
    return written(tmp_path / "papers")


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of documents that no test changes, and a home that has indexed them: a process less for each test."""
    papers, home = written(tmp_path_factory.mktemp("indexed") / "papers"), tmp_path_factory.mktemp("indexed") / "home"
    with ThreadPoolExecutor() as pool:  # a browser's tests have an event loop here
        pool.submit(asyncio.run, library(Settings(home=home, docs=[papers])).index([papers])).result()
    return papers, home


@pytest.fixture
def library_settings(tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A home and the documents for it: those of the test where it asks for `docs`, else what is indexed already."""
    home = tmp_path / "home"
    if "docs" in request.fixturenames:
        return {"home": home, "docs": [request.getfixturevalue("docs")]}
    papers, template = request.getfixturevalue("indexed")
    assert not (template / "threads.sqlite").exists(), "a test has asked in the home that all share: it takes a copy"
    shutil.copytree(template, home, dirs_exist_ok=True)
    return {"home": home, "docs": [papers]}


@pytest.fixture
def extractive(library_settings: dict[str, Any]) -> Settings:
    return Settings(**library_settings, model="extractive")


@pytest.fixture
def scripted(tmp_path: Path, library_settings: dict[str, Any]) -> Callable[..., Settings]:
    def settings(*turns: object, **more: Any) -> Settings:
        file = tmp_path / "script.json"
        file.write_text(json.dumps(list(turns)))
        return Settings(**library_settings | {"model": f"scripted:{file}"} | more)

    return settings


def call(name: str, args: dict[str, object], key: str) -> dict[str, object]:
    """A script step: one whole tool call."""
    return {"tool_call": {"name": name, "args": args, "id": key}}
