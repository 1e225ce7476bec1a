"""The suites are asked as a user asks: a session over a folder, or the agent's own search tool."""

import re
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.answering.columns import read_as_numbers
from benchmarks.answering.rooms import found
from benchmarks.answering.suite import Case, Files, Reply, Suite
from mainstem import Session, Settings
from mainstem.knowledge.index_cache import library, prepare
from mainstem.settings import use

Asked = list[tuple[Case, Reply]]


@dataclass(frozen=True)
class Subject:
    """What is measured: the model, and the embeddings that the search uses (None: none)."""

    model: str = "extractive"
    embeddings: str | None = None

    def settings(self, home: Path, folder: Path) -> Settings:
        """Settings for a home of its own over `folder`; nothing of the environment but keys and addresses counts."""
        more: dict[str, Any] = {"embeddings": self.embeddings} if self.embeddings else {}
        return Settings(home=home, docs=[folder], model=self.model, **more)


def can_embed() -> bool:
    """Whether this version of Mainstem has a setting for embeddings."""
    return "embeddings" in Settings.model_fields


async def ask(suite: Suite, subject: Subject) -> Asked:
    """The answer to each question, each in a thread of its own."""

    async def each(settings: Settings, cases: Sequence[Case]) -> Asked:
        async with Session(settings) as session:
            return [(case, await _answer(session, case)) for case in cases]

    return await _over_groups(suite, subject, each)


async def ask_tables(suite: Suite, subject: Subject) -> Asked:
    """As `ask`; the first reply of each folder also tells how its columns of numbers were read."""

    async def each(settings: Settings, cases: Sequence[Case]) -> Asked:
        async with Session(settings) as session:
            asked = [(case, await _answer(session, case)) for case in cases]
            read = await read_as_numbers(library(settings), settings.docs[0])
        return [(asked[0][0], replace(asked[0][1], columns=read)), *asked[1:]]

    return await _over_groups(suite, subject, each)


async def search(suite: Suite, subject: Subject) -> Asked:
    """What the search tool finds for each question, as much as it returns by itself."""

    async def each(settings: Settings, cases: Sequence[Case]) -> Asked:
        async with Session(settings):
            with use(settings):
                return [(case, await found(case.question)) for case in cases]

    return await _over_groups(suite, subject, each)


async def _over_groups(
    suite: Suite, subject: Subject, each: Callable[[Settings, Sequence[Case]], Awaitable[Asked]]
) -> Asked:
    asked: Asked = []
    for group, cases in groupby(sorted(suite.cases, key=lambda case: case.group), key=lambda case: case.group):
        async with _folder(suite.groups[group]) as (home, folder):
            settings = subject.settings(home, folder)
            await _index(settings)
            asked += await each(settings, list(cases))
    return asked


@asynccontextmanager
async def _folder(files: Files) -> AsyncIterator[tuple[Path, Path]]:
    with tempfile.TemporaryDirectory() as place:
        folder = files if isinstance(files, Path) else Path(place) / "docs"
        if not isinstance(files, Path):
            write(folder, files)
        yield Path(place) / "home", folder


def write(folder: Path, files: Any) -> None:
    """Write files by name below `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


async def _index(settings: Settings) -> None:
    await prepare(settings)  # before the clock: a question is timed over what is indexed


async def _answer(session: Session, case: Case) -> Reply:
    thread = None
    if case.after:
        before = await session.ask(case.after).result()
        thread = before.thread_id
    began = time.perf_counter()
    result = await session.ask(case.question, thread=thread).result()
    quotes = [citation.quote for citation in result.citations]
    return Reply(result.text, time.perf_counter() - began, result.status, quotes)


def file_name(number: int, title: str = "", suffix: str = ".md") -> str:
    """A name for a document of a data set: its number, and what of its title a file system takes."""
    plain = re.sub(r"\W+", "-", title).strip("-")[:60]
    return f"{number:06}{'-' + plain if plain else ''}{suffix}"
