"""Words that a policy holds for a person: in nothing that anybody is shown, until somebody has decided."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, interrupt

from mainstem import Policy, Session, Settings, guarded
from mainstem import events as e
from mainstem.settings import use
from mainstem.stream import hitl

from ..watched import watched
from .test_policies import GIVEN, TEXT, Saying, cut, graph_of

HELD = "Acme Ltd, they say. And others."
SHOWN = "We make them. So does "
RIVAL = Policy(name="rival", words=("Acme Ltd",), action="review", says="I do not speak of others.")
EDIT = {"type": "edit", "edited_action": {"name": "continue_answer", "args": {"text": "another firm."}}}


def kept_by_the_session(model: Any) -> Any:
    """A graph that calls the model, and whose threads a session keeps."""

    async def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    return StateGraph(MessagesState).add_node("speak", speak).add_edge(START, "speak").compile()


@pytest.fixture
async def said(tmp_path: Any) -> Any:
    """A session over a graph whose model says pieces, under a policy that asks a person."""
    model = Saying(pieces=cut(TEXT, list(range(60))))
    graph = kept_by_the_session(guarded(model, policies=[RIVAL, Policy(name="never", words=("Globex",))]))
    async with Session(Settings(home=tmp_path), graph=graph) as session:
        yield session, model


async def test_nobody_is_shown_what_waits(said: Any):
    session, _ = said
    run = session.start(GIVEN, thread="t")
    seen = await watched(run, session.source.graph)
    assert (seen.end.status, seen.shown()) == ("interrupted", [SHOWN])
    assert "Acme" not in b"".join([line async for line in run.lines()]).decode()
    assert "Acme" not in str(await session.state("t"))
    [finished] = seen.of(e.MessageFinished)
    assert (finished.finish_reason, finished.complete) == ("review", False)
    assert [(notice.kind, notice.rule) for notice in seen.of(e.Notice)] == [("review", "rival")]


WORDS = {"approve": "approved", "edit": "edited", "reject": "rejected"}
DECISIONS = [
    ({"type": "approve"}, "done", SHOWN + HELD),
    ({"type": "approve", "flag": "look again"}, "done", SHOWN + HELD),
    (EDIT, "done", f"{SHOWN}another firm."),
    ({"type": "reject"}, "halted", f"{SHOWN}\n\nI do not speak of others."),
    ({"type": "reject", "message": "Ask Ada."}, "halted", f"{SHOWN}\n\nAsk Ada."),
]


@pytest.mark.parametrize(
    ("decision", "status", "text"), DECISIONS, ids=["approve", "flag", "edit", "reject", "replace"]
)
async def test_what_was_decided_is_shown_and_written_down(said: Any, decision: Any, status: str, text: str):
    session, model = said
    await session.start(GIVEN, thread="t").result()
    asked = model.taken
    run = session.resume("t", {"decisions": [decision]}, tags={"user": "ada"})
    seen = await watched(run, session.source.graph)
    assert (seen.end.status, seen.shown()) == (status, [text])
    assert seen.end.reason == ("policy" if status == "halted" else None)
    assert model.taken == asked, "the model is asked again"
    assert seen.messages[-1].text == text
    decided = [notice.decision for notice in seen.of(e.Notice) if notice.decision]
    assert [(each.type, each.by, each.flag) for each in decided] == [(decision["type"], "ada", decision.get("flag"))]
    assert decided[0].at
    done = "approved and flagged" if "flag" in decision else WORDS[decision["type"]]
    assert f"What the policy rival held was {done} by ada." in [notice.text for notice in seen.of(e.Notice)]


async def test_the_queue_tells_what_led_there(said: Any):
    session, _ = said
    assert await session.approvals() == []
    await session.start(GIVEN, thread="t").result()
    [waiting] = await session.approvals()
    assert (waiting.thread_id, waiting.policy, waiting.expired) == ("t", "rival", False)
    assert (waiting.question, waiting.answer) == ("Who else makes them?", SHOWN)
    (action,) = waiting.request["action_requests"]
    assert (action["name"], action["args"]["text"]) == ("continue_answer", HELD)
    await session.resume("t", {waiting.interrupt_id: {"decisions": [{"type": "approve"}]}}).result()
    assert await session.approvals() == []
    await session.delete("t")
    assert await session.stores.reviews.of([action["args"]["review"]]) == {}


async def test_a_decision_that_came_too_late_ends_the_answer(tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    settings = Settings(home=tmp_path, approval_hours=1)
    graph = kept_by_the_session(guarded(Saying(pieces=[TEXT]), policies=[RIVAL]))
    async with Session(settings, graph=graph) as session:
        await session.start(GIVEN, thread="t").result()
        later = datetime.now(UTC) + timedelta(hours=2)
        monkeypatch.setattr(hitl, "_now", lambda: later)
        assert [waiting.expired for waiting in await session.approvals()] == [True]
        result = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
    assert (result.status, result.reason) == ("halted", "policy")
    assert "Acme" not in result.text


async def test_a_decision_counts_for_the_words_that_were_seen(tmp_path: Any):
    answers = iter(["So does Acme Ltd.", "So does Acme Ltd, which is bad."])
    asked_at = iter(range(9))

    async def speak(state: MessagesState) -> dict[str, Any]:
        safe = guarded(Saying(pieces=[next(answers)]), policies=[RIVAL])
        return {"messages": [await safe.ainvoke([*state["messages"], HumanMessage(f"It is {next(asked_at)}.")])]}

    graph = StateGraph(MessagesState).add_node("speak", speak).add_edge(START, "speak").compile(InMemorySaver())
    async with Session(Settings(home=tmp_path), graph=graph) as session:
        await session.start(GIVEN, thread="t").result()
        result = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
        assert (result.status, result.text) == ("interrupted", "So does ")


def test_where_nobody_can_be_asked_the_answer_ends():
    chunks = guarded(Saying(pieces=[TEXT]), policies=[RIVAL]).stream("?")
    assert "".join(chunk.text for chunk in chunks) == f"{SHOWN}\n\n{RIVAL.says}"
    with pytest.raises(ValueError, match="cannot review a question"):
        Policy(name="rival", words=("Acme",), action="review", on="input")


@pytest.mark.parametrize("streaming", [True, False])
def test_a_graph_that_is_not_async_asks_in_the_same_way(tmp_path: Any, streaming: bool):
    model = guarded(Saying(pieces=[TEXT], disable_streaming=not streaming), policies=[RIVAL])

    def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    graph: Any = StateGraph(MessagesState).add_node("speak", speak).add_edge(START, "speak").compile(InMemorySaver())
    config = {"configurable": {"thread_id": "t"}}
    with use(Settings(home=tmp_path)):
        stopped = graph.invoke(GIVEN, config)
        assert "Acme" not in str(stopped)
        assert len(stopped["__interrupt__"]) == 1
        told = graph.invoke(Command(resume={"decisions": [{"type": "approve"}]}), config)
    assert told["messages"][-1].text == TEXT


async def test_what_another_policy_ends_is_ended_when_it_is_approved(tmp_path: Any):
    safe = guarded(Saying(pieces=[TEXT]), policies=[RIVAL, Policy(name="they", words=("they say",))])
    async with Session(Settings(home=tmp_path), graph=graph_of(safe)) as session:
        await session.start(GIVEN, thread="t").result()
        result = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
    assert (result.status, result.reason, result.text) == ("halted", "policy", f"{SHOWN}Acme Ltd, ")


@pytest.mark.parametrize("named", [False, True])
async def test_a_decision_that_a_server_gives_once_more_is_none_about_the_words(tmp_path: Any, named: bool):
    model = guarded(Saying(pieces=[TEXT]), policies=[RIVAL])
    dies = [RuntimeError("the process ends")]

    async def gate(state: MessagesState) -> dict[str, Any]:
        interrupt("Go on?")
        return {}

    async def speak(state: MessagesState) -> dict[str, Any]:
        while dies:
            raise dies.pop()
        return {"messages": [await model.ainvoke(state["messages"])]}

    builder = StateGraph(MessagesState).add_node("gate", gate).add_node("speak", speak)
    graph: Any = builder.add_edge(START, "gate").add_edge("gate", "speak").compile(InMemorySaver())
    config = {"configurable": {"thread_id": "t"}}
    approve, reject = ({"decisions": [{"type": kind}]} for kind in ("approve", "reject"))

    with use(Settings(home=tmp_path)):
        await graph.ainvoke(GIVEN, config)
        with pytest.raises(RuntimeError):
            await graph.ainvoke(Command(resume=approve), config)
        asked = await graph.ainvoke(Command(resume=approve), config)
        assert "Acme" not in str(asked)
        (waiting,) = asked["__interrupt__"]
        told = await graph.ainvoke(Command(resume={waiting.id: reject} if named else reject), config)
    assert told["messages"][-1].text == f"{SHOWN}\n\n{RIVAL.says}"
