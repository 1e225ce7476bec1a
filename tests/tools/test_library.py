"""A damaged index under a run: it is mended, or the run fails; its error is never the answer."""

import pytest
from langchain_core.messages import ToolMessage

from mainstem import Session, events
from mainstem.knowledge import Busy, IndexCorrupt, Library

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


@pytest.mark.parametrize("error", [IndexCorrupt("Damaged. Run `mainstem index`."), Busy("Busy. Wait.")])
async def test_what_cannot_be_mended_fails_the_run_and_not_the_thread(scripted, fails, error):
    fails("search", error, 4)  # twice before the model is asked, twice by its call
    async with Session(scripted([SEARCH], [{"text": "Done."}])) as session:
        said = [event async for event in session.ask("Go", thread="t")]
        (finished,) = [event for event in said if isinstance(event, events.ToolFinished)]
        assert (said[-1].status, said[-1].error.message, finished.status) == ("failed", str(error), "error")
        assert not [event for event in said if isinstance(event, events.MessageDelta)]
        assert (await session.ask("Again", thread="t").result()).text == "Done."
