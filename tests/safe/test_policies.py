"""Policies: what breaks one is in no chunk, however it was cut; the answer ends there, and the run says so."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ChatMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import PrivateAttr, ValidationError

from mainstem import Policy, Session, Settings, guarded, watch
from mainstem import events as e
from mainstem.models.errors import ModelError
from mainstem.models.grounded_question import grounded

from ..watched import watched

RIVAL = Policy(name="rival", words=("Acme Ltd", "Globex"), says="I do not speak of others.")
GIVEN = {"messages": [("human", "Who else makes them?")]}
TEXT = "We make them. So does Acme Ltd, they say. And others."
FORBIDDEN = ("Acme", "they say", "others")


class Saying(BaseChatModel):
    """Says pieces as they are, and knows how many were taken."""

    pieces: list[Any]
    _taken: list[Any] = PrivateAttr(default_factory=list)

    @property
    def taken(self) -> int:
        return len(self._taken)

    @property
    def _llm_type(self) -> str:
        return "saying"

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        text = "".join(piece for piece in self.pieces if isinstance(piece, str))
        message = AIMessage(text, response_metadata={"finish_reason": "stop"})
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        yield from self._said()

    def _said(self) -> Iterator[ChatGenerationChunk]:
        for piece in self.pieces:
            self._taken.append(piece)
            message = piece if isinstance(piece, AIMessageChunk) else AIMessageChunk(piece)
            yield ChatGenerationChunk(message=message)
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata={"finish_reason": "stop"}))

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._said():
            yield chunk


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(ends)]


def graph_of(model: BaseChatModel) -> Any:
    async def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    return StateGraph(MessagesState).add_node("speak", speak).add_edge(START, "speak").compile(InMemorySaver())


def judged(sentence: str) -> bool:
    return "Acme" in sentence


POLICIES = [
    RIVAL,
    Policy(name="rival", patterns=(r"Acme\s+Ltd",), says="I do not speak of others."),
    Policy(name="rival", judge=judged, says="I do not speak of others."),
]


@given(st.sampled_from(POLICIES), st.lists(st.integers(0, 60), max_size=12))
@example(RIVAL, [])
@example(RIVAL, list(range(60)))
@example(POLICIES[2], [33])
def test_however_it_is_cut_the_answer_ends_before_what_breaks_the_policy(policy: Policy, places: list[int]):
    chunks = list(guarded(Saying(pieces=cut(TEXT, places)), policies=[policy]).stream("?"))
    text = "".join(chunk.text for chunk in chunks)
    shown = "We make them. " if policy.judge else "We make them. So does "
    assert text == f"{shown}\n\nI do not speak of others."
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert whole.response_metadata["finish_reason"] == "policy"


@pytest.mark.parametrize("policy", POLICIES, ids=["words", "pattern", "judge"])
async def test_the_run_is_halted_and_the_partial_answer_is_kept_and_marked(policy: Policy):
    model = Saying(pieces=cut(TEXT, list(range(60))))
    graph = graph_of(guarded(model, policies=[policy]))
    seen = await watched(watch(graph, GIVEN), graph)
    assert (seen.end.status, seen.end.reason) == ("halted", "policy")
    assert [(notice.kind, notice.rule) for notice in seen.of(e.Notice)] == [("refused", "rival")]
    answer = seen.messages[-1]
    assert answer.response_metadata["finish_reason"] == "policy"
    assert answer.text.startswith("We make them. ")
    assert answer.text.endswith(RIVAL.says)
    [finished] = seen.of(e.MessageFinished)
    assert (finished.finish_reason, finished.complete) == ("policy", False)
    assert model.taken < len(TEXT), "what nobody will see is still asked for"


async def test_a_reader_of_the_graph_alone_sees_no_more():
    graph = graph_of(guarded(Saying(pieces=cut(TEXT, list(range(60)))), policies=[RIVAL]))
    config: Any = {"configurable": {"thread_id": "t"}}
    parts = [str(part) async for part in graph.astream(GIVEN, config, stream_mode=["messages", "updates", "values"])]
    parts.append(str(await graph.aget_state(config)))
    assert [word for word in ("Acme", "they say") if any(word in part for part in parts)] == []
    assert any("So does" in part for part in parts)


async def test_the_agent_of_the_settings_ends_its_turn(scripted: Any):
    settings = scripted([{"words": TEXT}], "And on.", policies=[RIVAL])
    async with Session(settings) as session:
        seen = await watched(session.ask("Who else?", thread="t"), session.source.graph)
        assert (seen.end.status, seen.end.reason) == ("halted", "policy")
        assert seen.messages[-1].text == f"We make them. So does \n\n{RIVAL.says}"
        lines = b"".join([line async for line in session.lines(seen.end.run_id)])
        assert not [word for word in ("Acme", "they say") if word.encode() in lines]
        assert (await session.ask("And?", thread="t").result()).status == "done"


async def test_a_question_that_breaks_a_policy_is_not_put_to_the_model():
    for policy in (
        Policy(name="rival", words=("Acme",), on="input", says="Ask of us."),
        Policy(name="rival", judge=judged, on="both", says="Ask of us."),
    ):
        model = Saying(pieces=["Hello."])
        graph = graph_of(guarded(model, policies=[policy]))
        seen = await watched(watch(graph, {"messages": [("human", "Tell me of acme and Acme.")]}), graph)
        assert (seen.end.status, seen.end.reason, model.taken) == ("halted", "policy", 0)
        assert seen.messages[-1].text == "Ask of us."
        assert (await watch(graph, GIVEN).result()).text == "Hello."


HIDDEN = [
    [("human", "<found>\nTell me of Acme Ltd\n</found>\n\nAnswer the question above.")],
    [("human", "Tell me of Acme Ltd"), ("human", "Are you there?")],
    [ChatMessage(role="user", content="Tell me of Acme Ltd")],
]


@pytest.mark.parametrize("asked", HIDDEN, ids=["as if it was found", "before another one", "by a role"])
async def test_a_question_is_found_wherever_it_stands(asked: list[Any]):
    model = Saying(pieces=["Hello."])
    graph = graph_of(guarded(model, policies=[Policy(name="rival", words=("Acme Ltd",), on="input")]))
    assert (await watch(graph, {"messages": asked}).result()).status == "halted"
    assert model.taken == 0


async def test_what_our_own_search_has_found_is_nobodys_question():
    model = Saying(pieces=["Hello."])
    safe = guarded(model, policies=[Policy(name="rival", words=("Acme Ltd",), on="input")])
    found: Any = {"notes": "So does Acme Ltd."}
    assert (await safe.ainvoke([grounded("Who else?", found)])).text == "Hello."
    assert (await safe.ainvoke([grounded("And Acme Ltd?", found)])).text == ""


@pytest.mark.parametrize("gap", ["\n", "  ", "\xa0", "\u200b ", " \xad"])
async def test_a_phrase_is_found_over_any_gap(gap: str):
    graph = graph_of(guarded(Saying(pieces=list(f"So does Acme{gap}Ltd, they say.")), policies=[RIVAL]))
    assert "Ltd" not in (await watch(graph, GIVEN).result()).text


@pytest.mark.parametrize("written", ["Ａｃｍｅ Ｌｔｄ", "𝐀𝐜𝐦𝐞 𝐋𝐭𝐝"])
async def test_another_form_of_unicode_passes_neither_as_an_answer_nor_as_a_question(written: str):
    policy = Policy(name="rival", words=("Acme Ltd",), on="both")
    said = graph_of(guarded(Saying(pieces=list(f"So does {written}.")), policies=[policy]))
    assert (await watch(said, GIVEN).result()).text == "So does "
    asked = graph_of(guarded(Saying(pieces=["Hello."]), policies=[policy]))
    assert (await watch(asked, {"messages": [("human", f"And {written}?")]}).result()).status == "halted"


async def test_what_is_masked_goes_on():
    policy = Policy(name="rival", words=("Acme Ltd",), action="mask")
    seen = await watched(watch(graph_of(guarded(Saying(pieces=[TEXT]), policies=[policy])), GIVEN))
    assert (seen.end.status, seen.shown()) == ("done", [TEXT.replace("Acme Ltd", "[RIVAL_1]")])
    assert [(notice.kind, notice.rule) for notice in seen.of(e.Notice)] == [("masked", "rival")]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("code", "Like this:\n```python\nrun()\n```"),
        ("sql", "Like this:\nSELECT name FROM users WHERE 1"),
        ("links", "Like this:\nhttps://example.com/x"),
    ],
)
def test_kinds_of_text_are_told_by_their_beginning(kind: Any, text: str):
    policy = Policy(name="plain", kinds=(kind,))
    for pieces in ([text], list(text)):
        shown = "".join(chunk.text for chunk in guarded(Saying(pieces=pieces), policies=[policy]).stream("?"))
        assert shown == "Like this:\n"
    harmless = "Select one from the list, update your set, and see the link www of code."
    assert guarded(Saying(pieces=[harmless]), policies=[policy]).invoke("?").text == harmless


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_links_are_masked_to_their_end(size: int):
    text = "See https://a.example/b?c=d#e, (www.evil.example/f) or http://x. Then go on."
    policy = Policy(name="links", kinds=("links",), action="mask")
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    shown = "".join(chunk.text for chunk in guarded(Saying(pieces=pieces), policies=[policy]).stream("?"))
    assert shown == "See [LINKS_1] ([LINKS_2]) or [LINKS_3] Then go on."


@pytest.mark.parametrize("kind", ["code", "sql"])
def test_what_has_no_known_end_is_not_masked(kind: Any):
    with pytest.raises(ValueError, match="cannot mask code or SQL"):
        Policy(name="plain", kinds=("links", kind), action="mask")


def names(sentence: str) -> list[tuple[int, int, str]]:
    return [(match.start(), match.end(), "PERSON") for match in re.finditer("(?:Ada|Bob) [A-Z][a-z]+", sentence)]


@given(st.lists(st.integers(0, 80), max_size=12))
@example(list(range(80)))
def test_what_is_found_in_a_sentence_is_in_no_chunk(places: list[int]):
    policy = Policy(name="people", finds=names, action="mask")
    text = "I asked Ada Lovelace. She met Bob Moran, and Ada Lovelace left. Good."
    chunks = [chunk.text for chunk in guarded(Saying(pieces=cut(text, places)), policies=[policy]).stream("?")]
    assert "".join(chunks) == "I asked [PERSON_1]. She met [PERSON_2], and [PERSON_1] left. Good."
    assert not any("Lovel" in shown or "Bob" in shown for shown in accumulate(chunks))


async def test_the_run_tells_what_was_found():
    policy = Policy(name="people", finds=names, action="mask")
    seen = await watched(watch(graph_of(guarded(Saying(pieces=["I asked Ada Lovelace."]), policies=[policy])), GIVEN))
    assert (seen.end.status, seen.shown()) == ("done", ["I asked [PERSON_1]."])
    assert [(notice.kind, notice.rule, notice.count) for notice in seen.of(e.Notice)] == [("masked", "person", 1)]


def test_no_call_is_made_that_a_halted_answer_asks_for():
    call: Any = {"name": "save_note", "args": "{}", "id": "c", "index": 0, "type": "tool_call_chunk"}
    pieces = ["It is Acme Ltd. ", AIMessageChunk("", tool_call_chunks=[call])]
    model = guarded(Saying(pieces=pieces), policies=[RIVAL])
    whole = None
    for chunk in model.stream("?"):
        whole = chunk if whole is None else whole + chunk
    assert isinstance(whole, AIMessageChunk)
    assert whole.tool_calls == []


def test_blocks_and_whole_answers_end_in_the_same_way():
    blocks = [AIMessageChunk([{"type": "text", "text": piece, "index": 0}]) for piece in cut(TEXT, list(range(60)))]
    streamed = "".join(chunk.text for chunk in guarded(Saying(pieces=blocks), policies=[RIVAL]).stream("?"))
    message = guarded(Saying(pieces=[TEXT], disable_streaming=True), policies=[RIVAL]).invoke([HumanMessage("?")])
    assert streamed == message.text == f"We make them. So does \n\n{RIVAL.says}"
    assert message.response_metadata["finish_reason"] == "policy"


def test_what_is_no_policy_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(ValueError, match="looks for nothing"):
        Policy(name="empty")
    with pytest.raises(ValueError, match="cannot mask"):
        Policy(name="judge", judge=bool, action="mask")
    with pytest.raises(ValueError, match="set the action to mask"):
        Policy(name="people", finds=names)
    with pytest.raises(ValueError, match="same name"):
        guarded(Saying(pieces=[]), policies=[RIVAL, RIVAL])
    with pytest.raises(ValueError, match="none of Python's"):
        guarded(Saying(pieces=[]), policies=[Policy(name="broken", patterns=("(",))])
    monkeypatch.setenv("MAINSTEM_POLICIES", '[{"name": "rival", "words": ["Acme"], "tone": "polite"}]')
    with pytest.raises(ValidationError, match="policies"):
        Settings()
    monkeypatch.setenv("MAINSTEM_POLICIES", '[{"name": "rival", "words": ["Acme"], "says": "No."}]')
    assert Settings().policies == [Policy(name="rival", words=("Acme",), says="No.")]


JUDGED = "First is fine. Second names Ada. Third is fine."


async def names_ada(sentence: str) -> bool:
    return "Ada" in sentence


@pytest.mark.parametrize(("judge", "shown"), [(names_ada, "First is fine. "), (lambda _: False, JUDGED)])
async def test_a_judge_may_be_async(judge: Any, shown: str):
    safe = guarded(Saying(pieces=list(JUDGED)), policies=[Policy(name="names", judge=judge)])
    assert "".join([chunk.text async for chunk in safe.astream("?")]) == shown
    assert "".join(chunk.text for chunk in await asyncio.to_thread(lambda: list(safe.stream("?")))) == shown


async def test_an_async_judge_runs_in_the_loop_of_the_run():
    loops = list[Any]()

    async def judge(sentence: str) -> bool:
        loops.append(asyncio.get_running_loop())
        return False

    policies = [Policy(name="output", judge=judge), Policy(name="input", judge=judge, on="input")]
    safe = guarded(Saying(pieces=[JUDGED]), policies=policies)
    assert "".join([chunk.text async for chunk in safe.astream("?")]) == JUDGED
    assert loops == [asyncio.get_running_loop()] * 4


def fails(sentence: str) -> Any:
    raise KeyError(sentence)


FAILING: list[tuple[dict[str, Any], str]] = [
    ({"judge": fails}, "fails failed: it raised KeyError"),
    ({"finds": fails, "action": "mask"}, "fails failed: it raised KeyError"),
    ({"finds": lambda _: [(-1, 2, "PERSON")], "action": "mask"}, "from -1 to 2 is no place in 15 characters"),
    ({"finds": lambda _: [(9, 3, "PERSON")], "action": "mask"}, "from 9 to 3 is no place"),
    ({"finds": lambda _: [(0, 99, "PERSON")], "action": "mask"}, "from 0 to 99 is no place"),
    ({"finds": lambda _: [(0, 5)], "action": "mask"}, "no list of"),
    ({"finds": lambda _: None, "action": "mask"}, "no list of"),
]


@pytest.mark.parametrize(("more", "told"), FAILING)
def test_a_sentence_that_cannot_be_judged_is_not_shown(more: dict[str, Any], told: str):
    safe, shown = guarded(Saying(pieces=[JUDGED]), policies=[Policy(name="names", **more)]), list[str]()
    with pytest.raises(ModelError, match=re.escape(told)) as caught:
        shown.extend(chunk.text for chunk in safe.stream("?"))
    assert "fine" not in str(caught.value) + "".join(shown)


@pytest.mark.parametrize("more", [{"judge": names_ada}, {"confidence": 0.5}, {"scores": {"mood": 1}}])
def test_what_is_told_of_a_sentence_is_not_masked(more: Any):
    with pytest.raises(ValueError, match="of a whole sentence"):
        Policy(name="names", words=("Ada",), action="mask", **more)


class Remembering(Saying):
    """Knows what it was given."""

    _given: list[BaseMessage] = PrivateAttr(default_factory=list[BaseMessage])

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        self._given[:] = messages
        yield from super()._stream(messages, *args, **kwargs)


REFUSED = AIMessage("Ask else.", response_metadata={"finish_reason": "policy"})


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ({"words": ("heliotrope",)}, REFUSED),
        ({"words": ("heliotrope",)}, AIMessage("A client may say that I said so.")),
        ({"judge": lambda text: "heliotrope" in text}, REFUSED),
    ],
)
def test_a_question_that_was_refused_is_not_put_with_the_next_one(rule: Any, answer: AIMessage):
    policy = Policy(name="questions", on="input", says="Ask else.", **rule)
    safe = guarded(Remembering(pieces=["Yes."]), policies=[policy])
    asking = [
        HumanMessage("What of heliotrope?"),
        answer,
        HumanMessage("And red?"),
        AIMessage("Red."),
        HumanMessage("Go"),
    ]
    assert "".join(chunk.text for chunk in safe.stream(asking)) == "Yes."
    assert [message.text for message in safe._given] == ["(This was refused.)", answer.text, "And red?", "Red.", "Go"]


async def test_what_a_client_tells_as_the_system_is_looked_at(scripted: Any):
    policy = {"name": "questions", "on": "input", "words": ["heliotrope"], "says": "Ask else."}
    settings = scripted([{"text": "Yes."}], [{"text": "Yes."}], policies=[policy])
    async with Session(settings) as session:
        told = [{"role": "system", "content": "Tell of heliotrope."}, {"role": "user", "content": "Go on."}]
        result = await session.start({"messages": told}, thread="t").result()
        assert (result.status, result.reason, result.text) == ("halted", "policy", "Ask else.")
        assert (await session.start({"messages": told[1:]}, thread="u").result()).text == "Yes."
