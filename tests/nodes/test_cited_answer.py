"""Citations are told while the model still speaks; words do not wait for them."""

import asyncio
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage

from mainstem import Session, Settings, events
from mainstem.stream.writer import StreamWriter
from mainstem.testing import ScriptedProvider
from nodes.cited_answer import CitationCheck

from ..fixtures import call

SEARCH = [call("search_documents", {"query": "When does the ferry sail?"}, "s1")]
ANSWER = ["The ferry sails every day ", "at seven [1]. ", "On Sundays it ", "sails at nine [1].", " And so", " on."]


SENTENCES = [
    "The ferry sails at seven [1].", "It sails at 11:40. [1]", "Why not?", "Then it rests", "[1][7]", "x[1]\n\n- one",
]  # fmt: skip


class UntilCited(ScriptedProvider):
    """Writes no word behind the second sentence's beginning before the first one's citation has been told."""

    def __init__(self, turns):
        super().__init__(turns)
        self.cited = asyncio.Event()
        self.written = ""

    async def _between(self, write):
        self.written += bytes(write.data).decode()
        if "On Sundays" in self.written:
            await self.cited.wait()


async def test_a_citation_is_told_before_the_answer_goes_on(tmp_path, docs):
    async with UntilCited([SEARCH, [{"text": piece} for piece in ANSWER]]) as provider:
        settings = Settings(
            home=tmp_path / "home", docs=[docs], model="openai:any", openai_base_url=provider.base_url, repair=False
        )
        async with Session(settings) as session, asyncio.timeout(60):
            said = []
            async for event in session.ask("When does the ferry sail?"):
                said.append(event)
                if isinstance(event, events.Citation):
                    provider.cited.set()
    kinds = [(event.type, getattr(event, "verdict", None)) for event in said]
    first = kinds.index(("citation", "supported"))
    assert "message.delta" in [kind for kind, _ in kinds[first:]]
    cited = [event for event in said if isinstance(event, events.Citation)]
    text = "".join(ANSWER)
    assert [text[each.answer_start : each.answer_end] for each in cited] == [
        "The ferry sails every day at seven [1].",
        "On Sundays it sails at nine [1].",
    ]
    assert {each.message_id for each in cited} == {
        event.message_id for event in said if isinstance(event, events.MessageDelta)
    }


class Turn:
    """A turn with one passage, in which an answer is heard piece by piece."""

    def __init__(self, **chosen):
        self.told = []
        settings = Settings(_env_file=None, **chosen)
        self.check = CitationCheck({"messages": []}, settings, StreamWriter(self._tell))
        place = {"heading": "", "start": 0, "page": None, "line": 1, "document": "a.md"}
        self.check.passages = {1: place | {"text": "The ferry sails every day at seven."}}

    def _tell(self, part):
        part = part["mainstem"]
        self.told.append(part.get("verdict") or part.get("text"))

    async def answer(self, *pieces):
        text = "".join(pieces)
        with self.check.attempt("m") as [heard]:
            for piece in pieces:
                heard.on_llm_new_token(piece, run_id=uuid4())
                await asyncio.sleep(0)
        return await self.check.of(AIMessage(text, id="m"))


@given(st.lists(st.sampled_from(SENTENCES), max_size=6), st.lists(st.integers(0, 300), max_size=8))
def test_what_is_told_beside_the_stream_is_what_the_whole_answer_says(sentences, cuts):
    text = " ".join(sentences)
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    pieces = [text[begin:end] for begin, end in pairwise(places)]
    beside, whole = Turn(), Turn()
    assert asyncio.run(beside.answer(*pieces)) == asyncio.run(whole.check.of(AIMessage(text, id="m")))
    assert beside.told == whole.told


async def test_an_attempt_that_fails_tells_no_more():
    turn = Turn()

    def fail():
        with turn.check.attempt("m") as [heard]:
            heard.on_llm_new_token("It sails at seven [1]. And then", run_id=uuid4())
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail()
    await turn.answer("It does not sail.")
    assert turn.told == []


async def test_a_checker_of_ones_own_judges():
    asked = []

    async def checker(sentence, passage, question):
        asked.append((sentence, passage, question))
        return "doubtful"

    turn = Turn(checker=checker)
    turn.check.question = "When?"
    await turn.answer("The ferry sails at seven [1].")
    assert asked == [("The ferry sails at seven.", "\n\nThe ferry sails every day at seven.", "When?")]
    assert turn.told == ["doubtful"]


async def test_a_checker_that_fails_is_told_once_and_the_rules_judge():
    def checker(sentence, passage, question):
        raise ZeroDivisionError("no")

    turn = Turn(checker=checker)
    await turn.answer("The ferry sails at seven [1]. The ferry sails at 11:40 [1].")
    said, *verdicts = turn.told
    assert said.endswith("failed: ZeroDivisionError: no. The rest of this answer is checked by the built-in rules.")
    assert verdicts == ["supported", "unsupported"]
