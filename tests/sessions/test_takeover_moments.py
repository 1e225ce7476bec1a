"""A run is taken over wherever its process died: however far the thread had come, and the journal beside it."""

import asyncio
import copy
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import events as e
from mainstem import laws
from mainstem.sessions.admission.checkpoint import from_checkpoint, gone_on_at
from mainstem.sessions.admission.recorded_request import RecordedRequest
from mainstem.sessions.takeover import Takeover
from mainstem.sessions.threads.branches import RESUMED
from mainstem.stores.sharing import Orphan
from mainstem.stream.continuation import RUN_KEY
from mainstem.stream.run import Run
from mainstem.stream.run_options import RunOptions
from mainstem.stream.sources import LocalGraph
from mainstem.stream.transcript import Transcript

GIVEN = {"messages": [{"role": "user", "content": "Who?", "id": "q"}]}
CONFIG = {"configurable": {"thread_id": "t"}, "metadata": {RUN_KEY: "r"}}
SAID = ["I looked.", "I looked again.", "One two three."]


class Speaker(BaseChatModel):
    """Says three words."""

    @property
    def _llm_type(self) -> str:
        return "speaker"

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(SAID[-1]))])

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        for word in ("One ", "two ", "three."):
            yield ChatGenerationChunk(message=AIMessageChunk(word))
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata={"finish_reason": "stop"}))


class Dying(InMemorySaver):
    """Takes so many checkpoints, and lets the process die with the next."""

    takes: float = float("inf")

    async def aput(self, *args: Any, **more: Any) -> Any:
        self.takes -= 1
        if self.takes < 0:
            raise asyncio.CancelledError
        return await super().aput(*args, **more)


class Recorded:
    """A journal that has what was written of a run before, and takes the rest."""

    committed, lost, broken, moved, shows_committed = 0, None, "", False, False

    def __init__(self, events: Sequence[e.Event]) -> None:
        self.lines = [(event.seq, e.encode(event)) for event in events]

    def write(self, seq: int, data: bytes) -> None: ...

    def when_committed(self, call: Any) -> None: ...

    def finish(self, status: str, seconds: float) -> None: ...

    async def read(self, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        return self.lines[from_seq - 1 : from_seq - 1 + limit]


class Successor:
    """The session of the process that takes over."""

    is_open = True

    def __init__(self, source: LocalGraph) -> None:
        self.source = source
        self.run: asyncio.Future[Run] = asyncio.get_running_loop().create_future()

    async def latest(self, thread: str) -> Any:
        return await self.source.state(CONFIG)

    async def state(self, thread: str, checkpoint_id: str) -> Any:
        return await self.source.state(at(checkpoint_id).config)

    def go_on(self, orphan: Orphan, given: Any, request: Any, before: Any, place: str | None) -> Run:
        options = at(place) if place else RunOptions(config=dict(CONFIG))
        run = Run(self.source, given, replace(options, continues=before))
        self.run.set_result(run)
        return run


async def look(state: MessagesState) -> dict[str, Any]:
    return {"messages": [("ai", SAID[0])]}  # its id is given when it is stored


async def look_again(state: MessagesState) -> dict[str, Any]:
    return {"messages": [AIMessage(SAID[1], id="again")]}


async def tell(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await Speaker().ainvoke(state["messages"])]}


def source_of(saver: InMemorySaver) -> LocalGraph:
    builder = StateGraph(MessagesState).add_node("look", look).add_node("again", look_again).add_node("tell", tell)
    builder.add_edge(START, "look").add_edge("look", "again").add_edge("again", "tell")
    source = LocalGraph(builder.compile(checkpointer=saver), ())
    source.durability = "sync"
    return source


def at(checkpoint_id: str) -> RunOptions:
    """The options of a run that goes on from a checkpoint of the thread."""
    return from_checkpoint(RunOptions(config=dict(CONFIG)), checkpoint_id)


async def died(takes: int, saver: Dying | None = None, place: str | None = None) -> tuple[Dying, list[e.AnyEvent]]:
    """What a process leaves that dies with a checkpoint: the thread, and all that it told."""
    saver = saver or Dying()
    saver.takes = takes
    run = Run(source_of(saver), GIVEN, at(place) if place else RunOptions(config=dict(CONFIG)))
    told = [event.model_copy(update={"run_id": "r"}) async for event in run.events()]
    return saver, [event for event in told if not isinstance(event, e.RunFinished)]


async def taken_over(
    saver: Dying, events: Sequence[e.AnyEvent], place: str | None = None
) -> tuple[list[e.AnyEvent], list[Any]]:
    """All that is told of a run of which `events` were written, and the messages of its thread."""
    left = Dying()
    left.storage, left.blobs = copy.deepcopy(saver.storage), copy.deepcopy(saver.blobs)
    left.writes = copy.deepcopy(saver.writes)
    successor: Any = Successor(source_of(left))
    recorded: Any = Recorded(events)
    request = RecordedRequest(GIVEN, checkpoint_id=place).written() or ""
    Takeover(successor, lambda run: run)._adopt([Orphan("r", "t", {}, request, True, recorded)])
    run = await successor.run
    told = [*events, *[event async for event in run.events(len(events) + 1)]]
    return told, (await successor.source.state(CONFIG)).values["messages"]


@pytest.mark.parametrize("takes", range(5))
async def test_it_is_told_whole_and_once(takes):
    saver, written = await died(takes)
    for journal in range(1, len(written) + 1):
        told, messages = await taken_over(saver, written[:journal])
        report = laws.check(told, messages=messages, before=messages[:1])
        assert report.ok, f"{journal} of {len(written)} events were written: {report}"
        shown = [each.text for each in Transcript.of(told).messages.values() if not each.superseded]
        assert sorted(shown) == sorted(SAID), f"{journal} of {len(written)} events were written"
        assert [each.content for each in messages[1:]] == SAID


@pytest.mark.parametrize("takes", range(5))
async def test_on_an_earlier_branch_it_is_taken_over_there(takes):
    """Two turns, and a run that goes on behind the first one: nothing of the second is in it."""
    saver, earlier = Dying(), {**CONFIG, "metadata": {RUN_KEY: "earlier"}}
    source = source_of(saver)
    for question in ("First?", "Second?"):
        given = {"messages": [{"role": "user", "content": question}]}
        await Run(source, given, RunOptions(config=copy.deepcopy(earlier))).result()
        if question == "First?":
            place = str((await source.state(CONFIG)).config["configurable"]["checkpoint_id"])
    _, written = await died(takes, saver, place)
    told, messages = await taken_over(saver, written, place)
    assert told[-1].type == "run.finished"
    said = ["First?", *SAID, "Who?", SAID[0], SAID[2]]  # the message of one id stays in its first place
    assert (told[-1].status, [each.content for each in messages]) == ("done", said)
    shown = [each.text for each in Transcript.of(told).messages.values() if not each.superseded]
    assert sorted(shown) == [SAID[0], SAID[2]]


@pytest.mark.parametrize("place", [None, "end"])
def test_what_was_decided_on_an_earlier_branch_is_found_as_its_end(place):
    """Its checkpoints say so themselves, also those that the run writes when it is taken over."""
    decided = RecordedRequest(None, decisions=["yes"], checkpoint_id="end")
    assert gone_on_at(at("end"), place, decided).config["metadata"].items() >= RESUMED.items()
    asked = RecordedRequest(GIVEN, checkpoint_id="end")
    assert not gone_on_at(at("end"), place, asked).config["metadata"].keys() & RESUMED
