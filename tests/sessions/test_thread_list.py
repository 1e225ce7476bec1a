"""Threads as a person keeps them: renamed, searched, paged through, exported, deleted."""

import json

import pytest
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import Session, Settings
from mainstem.stream.errors import ThreadBusy, UnknownRun, UnknownThread
from mainstem.stream.jsonable import jsonable


def answered(state: MessagesState):
    return {"messages": [AIMessage("It sails at seven.")]}


ferry = StateGraph(MessagesState).add_node("answered", answered).add_edge(START, "answered").compile()


@pytest.fixture
async def session(tmp_path):
    async with Session(Settings(home=tmp_path / "home"), graph=ferry) as session:
        yield session


async def told(session, **how):
    return [thread.thread_id for thread in await session.threads(**how)]


async def test_the_list_is_read_page_by_page(session):
    for number in range(5):
        await session.ask(f"Question {number}", thread=f"t{number}").result()
    assert await told(session, limit=2) == ["t4", "t3"]
    assert await told(session, limit=2, after="t3") == ["t2", "t1"]
    assert await told(session, limit=2, after="t0") == []
    with pytest.raises(UnknownThread):
        await session.threads(after="nowhere")


async def test_what_is_not_among_them_is_as_unknown_as_what_is_not_there(session):
    for thread in ("mine", "theirs"):
        await session.ask("When?", thread=thread).result()

    async def mine(threads):
        return [thread for thread in threads if thread == "mine"]

    with pytest.raises(UnknownThread, match="There is no thread 'theirs'"):
        await session.threads(among=mine, after="theirs")


async def test_a_tag_cannot_make_a_run_pass_for_one_that_goes_on(session):
    for question in ("When?", "And then?"):
        await session.ask(question, thread="t", tags={"run_id": "a"}).result()
    asked = [message.text for message in (await session.state("t")).values["messages"] if message.type == "human"]
    assert asked == ["When?", "And then?"]


async def test_a_thread_is_found_by_words_of_its_title_and_messages(session):
    await session.ask("When does the ferry sail?", thread="ferry").result()
    await session.ask("What does the Bürgermeister say?", thread="mayor").result()
    await session.rename("mayor", "Town hall")
    assert await told(session, search="FERRY when") == ["ferry"]
    assert await told(session, search="seven") == ["mayor", "ferry"]
    assert await told(session, search="hall BÜRGERMEISTER") == ["mayor"]
    assert await told(session, search="ferry hall") == []
    assert await told(session, search="seven", limit=1, after="mayor") == ["ferry"]


async def test_a_thread_is_found_by_words_of_its_other_branches(session):
    await session.ask("When does the ferry sail?", thread="t").result()
    first = (await session.state("t")).values["messages"][0]
    before = await session.fork("t", first.id)
    await session.ask("Who is the harbour master?", thread="t", checkpoint_id=before).result()
    await session.rename("t", "Harbour")
    assert await told(session, search="ferry") == ["t"]
    assert await told(session, search="ferry master harbour") == ["t"]
    assert await told(session, search="ferry captain") == []


async def test_a_title_is_kept_in_one_line_and_taken_away(session):
    await session.ask("When?", thread="t").result()
    assert await session.rename("t", "  The\nferry " + "x" * 100) == "The ferry " + "x" * 70
    assert (await session.threads())[0].title.startswith("The ferry xxx")
    assert (await session.describe("t")).title.startswith("The ferry xxx")
    await session.rename("t", "")
    assert (await session.describe("t")).title == "When?"
    with pytest.raises(UnknownThread):
        await session.rename("nowhere", "x")


async def test_a_thread_is_deleted_with_all_that_was_recorded_of_it(session):
    run = session.ask("When?", thread="t")
    await run.result()
    await session.ask("Another", thread="other").result()
    await session.rename("t", "Gone soon")
    await session.delete("t")
    assert await told(session) == ["other"]
    with pytest.raises(UnknownThread):
        await session.state("t")
    with pytest.raises(UnknownRun):
        await session.journal.find(run.run_id)
    assert await session.journal.of_thread("t", "run.started") == []
    assert await session.stores.thread_titles.of(["t"]) == {}
    with pytest.raises(UnknownThread):
        await session.delete("t")
    assert len(await session.journal.runs(10, "other")) == 1


async def test_a_thread_that_is_used_is_not_deleted(session):
    await session.ask("When?", thread="t").result()
    async with session.stores.threads.lease("t"):
        with pytest.raises(ThreadBusy):
            await session.delete("t")
    assert await told(session) == ["t"]


async def test_an_export_is_markdown_or_json(session):
    await session.ask("When?\nOn Sundays?", thread="t").result()
    markdown = await session.export("t")
    assert markdown == "# When? On Sundays?\n\n## When?\n\n> When?\n> On Sundays?\n\nIt sails at seven.\n"
    told = json.loads(await session.export("t", "json"))
    assert [message["role"] for message in told["messages"]] == ["user", "assistant"]
    assert told["thread_id"] == "t"
    assert jsonable(told) == told


async def test_an_export_holds_the_passages_that_are_cited(extractive):
    async with Session(extractive) as session:
        await session.ask("When does the ferry sail?", thread="t").result()
        markdown = await session.export("t")
    said, _, sources = markdown.partition("**Sources**\n\n")
    assert said.startswith("# When does the ferry sail?\n\n## When does the ferry sail?\n\n")
    assert "[1]" in said
    assert sources.startswith("- [1] ferry.md")
    assert "“The ferry sails every day at seven in the morning" in sources
