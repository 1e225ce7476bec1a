"""A damaged index under a run: it is mended, or the run fails; its error is never the answer."""

import asyncio
from pathlib import Path

import pytest
from langchain_core.messages import ToolMessage

from mainstem import Session, active_settings, events
from mainstem._bundled_agent import bundled_agent
from mainstem.knowledge import Busy, IndexCorrupt, Library
from mainstem.settings import reread_environment
from tools.library import ask_library

from ..fixtures import call

SEARCH = call("search_documents", {"query": "When does the ferry sail?"}, "c")


@pytest.fixture
def fails(monkeypatch):
    """Let the library fail in one of its ways, some number of times."""

    def fail(method, error, times):
        real, left = getattr(Library, method), [error] * times

        async def failing(self, *args, **more):
            if left:
                raise left.pop()
            return await real(self, *args, **more)

        monkeypatch.setattr(Library, method, failing)

    return fail


@pytest.mark.parametrize(
    ("method", "name", "args"),
    [
        ("search", "search_documents", {"query": "ferry"}),
        ("read", "read_document", {"document": "ferry.md"}),
        ("tables", "list_tables", {}),
        ("query", "query_table", {"sql": "SELECT * FROM harbours"}),
        ("query", "draw_chart", {"sql": "SELECT * FROM harbours"}),
    ],
)
async def test_a_damaged_index_is_mended_and_asked_again(scripted, fails, method, name, args):
    fails(method, IndexCorrupt("damaged"), 1)
    async with Session(scripted([call(name, args, "c")], [{"text": "Done."}])) as session:
        result = await session.ask("Go", thread="t").result()
        messages = (await session.state("t")).values["messages"]
    assert result.status == "done"
    assert [message.status for message in messages if isinstance(message, ToolMessage)] == ["success"]


@pytest.fixture
def environment(monkeypatch):
    """Settings of the environment, as a run has them that no session started."""

    def given(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        reread_environment()
        active_settings()

    yield given
    reread_environment()


@pytest.mark.parametrize(
    ("variables", "paths"),
    [
        ({}, None),
        ({"MAINSTEM_AUTH": "tokens"}, [bundled_agent() / "docs"]),
        ({"MAINSTEM_AUTH": "tokens", "MAINSTEM_DOCS": '["/papers"]'}, [Path("/papers")]),
    ],
)
async def test_a_server_that_alone_knows_its_users_answers_from_nobodys_uploads(environment, variables, paths):
    await asyncio.to_thread(environment, **variables)

    async def asked(_, found):
        return found

    assert await ask_library(asked) == paths


@pytest.mark.parametrize("error", [IndexCorrupt("Damaged. Run `mainstem index`."), Busy("Busy. Wait.")])
async def test_what_cannot_be_mended_fails_the_run_and_not_the_thread(scripted, fails, error):
    fails("search", error, 4)  # twice before the model is asked, twice by its call
    async with Session(scripted([SEARCH], [{"text": "Done."}])) as session:
        said = [event async for event in session.ask("Go", thread="t")]
        (finished,) = [event for event in said if isinstance(event, events.ToolFinished)]
        assert (said[-1].status, said[-1].error.message, finished.status) == ("failed", str(error), "error")
        assert not [event for event in said if isinstance(event, events.MessageDelta)]
        assert (await session.ask("Again", thread="t").result()).text == "Done."
