"""Which marks of an answer become citations, in a real run."""

import pytest

from mainstem import Session, events
from mainstem.models.extractive.answering import NOTHING_FOUND
from nodes.verify import UNGROUNDED

from ..fixtures import call

SEARCH = [call("search_documents", {"query": "When does the ferry sail?"}, "s1")]


async def answered(scripted, text):
    async with Session(scripted(SEARCH, [{"text": text}], repair=False)) as session:
        run = session.ask("When does the ferry sail?")
        said = [event async for event in run]
    cited = [event for event in said if isinstance(event, events.Citation)]
    return cited, [event.text for event in said if isinstance(event, events.Notice)]


async def test_indices_code_and_links_are_no_citations(scripted):
    cited, notices = await answered(
        scripted,
        "Read args[1], `args[7]`, [8](a.md) and\n\n```\nx = [9]\n```\n\nThe ferry sails every day at seven [1].",
    )
    assert [(each.marker, each.quote) for each in cited] == [
        ("[1]", "The ferry sails every day at seven in the morning.")
    ]
    assert not [notice for notice in notices if "not found" in notice]


async def test_a_mark_glued_to_a_word_counts_when_its_passage_supports_the_sentence(scripted):
    cited, notices = await answered(scripted, "The ferry sails every day at seven[1]. Submarines dive via args[1].")
    assert len(cited) == 1
    assert cited[0].verdict == "supported"
    assert not notices


async def test_a_mark_of_no_passage_is_told(scripted):
    cited, notices = await answered(scripted, "The ferry sails at seven [44].")
    assert not cited
    assert notices == ["The answer cites passages that were not found: [44].", UNGROUNDED]


async def test_a_sentence_that_its_passage_does_not_support_is_marked(scripted):
    turns = (
        [call("search_documents", {"query": "ferry"}, "a")],
        [{"text": "Submarines dive beneath arctic ice every winter. [1]"}],
    )
    async with Session(scripted(*turns, repair=False)) as session:
        result = await session.ask("Tell me").result()
    assert [citation.verdict for citation in result.citations] == ["unsupported"]


async def test_only_the_sentence_with_the_fault_is_marked(scripted):
    text = "The ferry sails every day at seven [1]. The ferry sails every day at 11:40. [1]"
    cited, _ = await answered(scripted, text)
    told = [(text[each.answer_start : each.answer_end], each.verdict) for each in cited]
    assert told == [
        ("The ferry sails every day at seven [1].", "supported"),
        ("The ferry sails every day at 11:40. [1]", "unsupported"),
    ]


async def test_a_sentence_that_cites_nothing_is_named(scripted):
    text = "The ferry sails every day at seven [1]. Its captain is a woman from Bergen."
    cited, notices = await answered(scripted, text)
    assert len(cited) == 1
    assert notices == ["The answer says without citing a passage: “Its captain is a woman from Bergen.”."]


async def test_an_answer_that_uses_none_of_the_passages_is_ungrounded(scripted):
    cited, notices = await answered(scripted, "The ferry sails every day at seven.")
    assert not cited
    assert notices == [UNGROUNDED]


@pytest.mark.parametrize("refusal", ["I could not find the departure of the ferry.", NOTHING_FOUND])
async def test_a_refusal_is_not_ungrounded(scripted, refusal):
    cited, notices = await answered(scripted, refusal)
    assert (cited, notices) == ([], [])
