"""Branches: a question asked anew from where the thread was before it."""

import asyncio

import pytest
from langchain_core.messages import AIMessage
from langgraph.config import get_stream_writer
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from mainstem import Session, Settings
from mainstem.sessions.threads import checkpoints
from mainstem.stream.errors import ThreadError, UnknownThread


def answered(state: MessagesState):
    return {"messages": [AIMessage(f"{len(state['messages'])} so far")]}


echo = StateGraph(MessagesState).add_node("answered", answered).add_edge(START, "answered").compile()


def wonder(state: MessagesState):
    return {"messages": [AIMessage(f"So it is {interrupt('Which harbour?')}.")]}


wondering = StateGraph(MessagesState).add_node("wonder", wonder).add_edge(START, "wonder").compile()


@pytest.fixture(params=["bundled", "foreign"])
async def session(request, tmp_path):
    given = {"graph": echo} if request.param == "foreign" else {}
    settings = Settings(home=tmp_path / "home") if given else request.getfixturevalue("scripted_settings")
    async with Session(settings, **given) as session:
        yield session


@pytest.fixture
def scripted_settings(tmp_path, library_settings):
    script = tmp_path / "script.json"
    script.write_text('{"turns": [[{"words": "Said."}]], "repeat": true}')
    return Settings(**library_settings, model=f"scripted:{script}")


async def said(session, thread="t"):
    return [(m.type, m.content) for m in (await session.state(thread)).values["messages"] if m.type == "human"]


async def test_a_question_is_asked_anew_and_what_came_after_it_is_on_the_other_branch(session):
    for question in ("One?", "Two?", "Three?"):
        await session.ask(question, thread="t").result()
    second = (await session.state("t")).values["messages"][2]
    point = await session.fork("t", second.id)
    assert await said(session) == [("human", "One?"), ("human", "Two?"), ("human", "Three?")]  # nothing is written yet
    result = await session.ask("Two, again?", thread="t", checkpoint_id=point).result()
    assert result.status == "done"
    assert await said(session) == [("human", "One?"), ("human", "Two, again?")]
    await session.ask("And then?", thread="t").result()
    assert await said(session) == [("human", "One?"), ("human", "Two, again?"), ("human", "And then?")]


async def test_an_older_langgraph_refuses_what_it_would_do_wrong(session, monkeypatch):
    await session.ask("One?", thread="t").result()
    message = (await session.state("t")).values["messages"][0]
    monkeypatch.setattr(checkpoints, "LANGGRAPH", (1, 2, 12))
    if not session.bundled:  # its messages are in no delta channel
        assert await session.fork("t", message.id)
        return
    with pytest.raises(ThreadError, match=r"Before LangGraph 1\.2\.13"):
        await session.fork("t", message.id)


async def test_the_first_question_is_asked_anew(session):
    if session.bundled and checkpoints.LANGGRAPH < checkpoints.FIRST_BRANCHES:
        pytest.skip("this LangGraph does it wrong, and the session refuses it")
    first = await session.ask("One?", thread="t").result()
    assert first.status == "done"
    message = (await session.state("t")).values["messages"][0]
    await session.ask("Another?", thread="t", checkpoint_id=await session.fork("t", message.id)).result()
    assert await said(session) == [("human", "Another?")]


async def test_branches_share_the_checkpoints_before_them(session):
    for question in ("One?", "Two?"):
        await session.ask(question, thread="t").result()
    point = await session.fork("t", (await session.state("t")).values["messages"][2].id)
    await session.ask("Two, again?", thread="t", checkpoint_id=point).result()
    config = (await session.state("t")).config
    ancestors = []
    while config:
        snapshot = await session.source.state(config)
        ancestors.append(config["configurable"]["checkpoint_id"])
        config = snapshot.parent_config
    assert point in ancestors
    assert (await session.source.state({"configurable": {"thread_id": "t", "checkpoint_id": point}})).values["messages"]


async def test_a_run_tells_which_question_it_answers(session):
    run = session.ask("One?", thread="t")
    await run.result()
    message = (await session.state("t")).values["messages"][0]
    assert run.question_id == message.id
    started = await anext(run.events())
    assert started.question_id == message.id


async def test_a_branch_that_is_not_there_is_a_line(session):
    with pytest.raises(UnknownThread):
        await session.fork("t", "m")
    await session.ask("One?", thread="t").result()
    with pytest.raises(ThreadError, match="no message 'm'"):
        await session.fork("t", "m")
    result = await session.ask("Two?", thread="t", checkpoint_id="1f000000-0000-6000-8000-000000000000").result()
    assert result.status == "failed"
    assert "no checkpoint" in result.error.message


async def fork_and_ask(session, message_id, question, end=None):
    point = await session.fork("t", message_id, end)
    await session.ask(question, thread="t", checkpoint_id=point).result()


async def test_the_branches_are_told_with_their_ends(session):
    for question in ("One?", "Two?", "Three?"):
        await session.ask(question, thread="t").result()
    assert await session.branches("t") == []
    messages = (await session.state("t")).values["messages"]
    await fork_and_ask(session, messages[2].id, "Two,\n again?")
    await session.ask("And then?", thread="t").result()
    (place,) = await session.branches("t")
    assert [(each.question, each.latest) for each in place] == [("Two?", False), ("Two, again?", True)]
    assert place[0].message_id == messages[2].id
    ends = [(await session.state("t", each.checkpoint_id)).values["messages"] for each in place]
    assert [[m.content for m in end if m.type == "human"] for end in ends] == [
        ["One?", "Two?", "Three?"],
        ["One?", "Two,\n again?", "And then?"],
    ]


async def test_an_earlier_branch_is_gone_on_with_and_branches_itself(session):
    for question in ("One?", "Two?"):
        await session.ask(question, thread="t").result()
    messages = (await session.state("t")).values["messages"]
    await fork_and_ask(session, messages[2].id, "Two, again?")
    earlier = (await session.branches("t"))[0][0]
    await session.ask("Three?", thread="t", checkpoint_id=earlier.checkpoint_id).result()
    assert await said(session) == [("human", "One?"), ("human", "Two?"), ("human", "Three?")]
    (place,) = await session.branches("t")
    assert [each.latest for each in place] == [True, False]  # the first goes on with what was asked last
    with pytest.raises(ThreadError, match="no message"):
        await session.fork("t", place[1].message_id)
    await fork_and_ask(session, place[1].message_id, "Two, once more?", place[1].checkpoint_id)
    (place,) = await session.branches("t")
    assert [each.question for each in place] == ["Two?", "Two, again?", "Two, once more?"]
    assert await said(session) == [("human", "One?"), ("human", "Two, once more?")]


async def test_first_questions_are_branches_of_each_other(session):
    if session.bundled and checkpoints.LANGGRAPH < checkpoints.FIRST_BRANCHES:
        pytest.skip("this LangGraph does it wrong, and the session refuses it")
    await session.ask("One?", thread="t").result()
    for question in ("Another?", "A third?"):
        await fork_and_ask(session, (await session.state("t")).values["messages"][0].id, question)
    (place,) = await session.branches("t")
    assert [each.question for each in place] == ["One?", "Another?", "A third?"]


async def test_a_question_after_one_that_waits_for_a_decision_is_no_branch_of_its_answer(tmp_path):
    async with Session(Settings(home=tmp_path / "home"), graph=wondering) as session:
        await session.ask("One?", thread="t").result()
        await session.resume("t", {(await session.state("t")).interrupts[0].id: "North"}).result()
        await session.ask("Two?", thread="t").result()
        assert await session.branches("t") == []


async def test_the_branches_of_no_thread_and_a_place_that_is_not_there_are_lines(session):
    with pytest.raises(UnknownThread):
        await session.branches("t")
    await session.ask("One?", thread="t").result()
    with pytest.raises(ThreadError, match="no checkpoint"):
        await session.state("t", "1f000000-0000-6000-8000-000000000000")


async def waiting_on_two_branches(session):
    """A thread whose first question was asked in two ways, and waits for an answer on both; the ends of both."""
    await session.ask("One?", thread="t").result()
    await fork_and_ask(session, (await session.state("t")).values["messages"][0].id, "Another?")
    return [each.checkpoint_id for each in (await session.branches("t"))[0]]


async def asked_at(session, checkpoint_id=None):
    return (await session.state("t", checkpoint_id)).interrupts[0].id


async def contents(session, checkpoint_id=None):
    return [message.content for message in (await session.state("t", checkpoint_id)).values["messages"]]


@pytest.fixture
async def wonders(tmp_path):
    async with Session(Settings(home=tmp_path / "home"), graph=wondering) as session:
        yield session


async def test_what_waits_on_an_earlier_branch_is_decided_there(wonders):
    earlier, later = await waiting_on_two_branches(wonders)
    decided = {await asked_at(wonders, earlier): "North"}
    result = await wonders.resume("t", decided, checkpoint_id=earlier).result()
    assert result.status == "done"
    assert await contents(wonders) == ["One?", "So it is North."]
    ((first, second),) = await wonders.branches("t")
    assert (first.question, first.latest, second.checkpoint_id) == ("One?", True, later)
    assert await contents(wonders, first.checkpoint_id) == ["One?", "So it is North."]
    assert await contents(wonders, second.checkpoint_id) == ["Another?"]
    decided = {await asked_at(wonders, second.checkpoint_id): "South"}
    await wonders.resume("t", decided, checkpoint_id=second.checkpoint_id).result()
    assert await contents(wonders) == ["Another?", "So it is South."]
    ends = [each.checkpoint_id for each in (await wonders.branches("t"))[0]]
    assert [await contents(wonders, end) for end in ends] == [
        ["One?", "So it is North."],
        ["Another?", "So it is South."],
    ]
    await wonders.ask("And then?", thread="t", checkpoint_id=ends[0]).result()  # a branch that was gone on with goes on
    assert await contents(wonders) == ["One?", "So it is North.", "And then?"]
    assert [each.latest for each in (await wonders.branches("t"))[0]] == [True, False]


async def test_what_was_decided_on_a_branch_is_decided_once(wonders):
    earlier, _ = await waiting_on_two_branches(wonders)
    decided = {await asked_at(wonders, earlier): "North"}
    await wonders.resume("t", decided, checkpoint_id=earlier).result()
    again = await wonders.resume("t", decided, checkpoint_id=earlier).result()
    assert again.status == "failed"
    assert "No branch of thread 't' ends at" in again.error.message
    assert await contents(wonders) == ["One?", "So it is North."]


async def test_a_decision_of_another_branch_is_refused_on_this_one(wonders):
    earlier, later = await waiting_on_two_branches(wonders)
    decided = {await asked_at(wonders, later): "North"}
    result = await wonders.resume("t", decided, checkpoint_id=earlier, named=True).result()
    assert result.status == "failed"
    assert await asked_at(wonders) == await asked_at(wonders, later)


async def held(state: MessagesState):
    interrupt("May it?")
    get_stream_writer()({"held": True})
    await asyncio.Event().wait()


holding = StateGraph(MessagesState).add_node("held", held).add_edge(START, "held").compile()


async def test_a_run_that_is_stopped_on_an_earlier_branch_leaves_the_other_one_waiting(tmp_path):
    """Stopped before it has written anything: what is ended is its own branch."""
    async with Session(Settings(home=tmp_path / "home"), graph=holding) as session:
        earlier, later = await waiting_on_two_branches(session)
        run = session.resume("t", {await asked_at(session, earlier): True}, checkpoint_id=earlier)
        async for event in run.events():
            if event.type == "data":
                break
        assert (await run.stop()).status == "stopped"
        ((first, second),) = await session.branches("t")
        assert (first.latest, second.checkpoint_id) == (True, later)
        assert (await session.state("t")).next == ()
        assert await contents(session) == ["One?"]
        assert await asked_at(session, later)


async def test_a_branch_is_exported_by_its_end(session):
    for question in ("One?", "Two?"):
        await session.ask(question, thread="t").result()
    await fork_and_ask(session, (await session.state("t")).values["messages"][2].id, "Two, again?")
    ((first, _),) = await session.branches("t")
    latest, earlier = await session.export("t"), await session.export("t", "markdown", first.checkpoint_id)
    assert "## Two, again?" in latest
    assert "## Two, again?" not in earlier
    assert "## Two?" in earlier
    with pytest.raises(ThreadError, match="no checkpoint"):
        await session.export("t", checkpoint_id="1f000000-0000-6000-8000-000000000000")
