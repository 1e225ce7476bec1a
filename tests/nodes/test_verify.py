"""Which marks of an answer become citations, in a real run."""

import pytest
from langchain_core.messages import AIMessage

from mainstem import Session, events
from mainstem.models.citation_marks import marks
from nodes.verify import _citation

from ..fixtures import call

SEARCH = [call("search_documents", {"query": "When does the ferry sail?"}, "s1")]


async def answered(scripted, text):
    async with Session(scripted(SEARCH, [{"text": text}])) as session:
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
    assert not notices


async def test_a_mark_glued_to_a_word_counts_when_its_passage_supports_the_sentence(scripted):
    cited, notices = await answered(scripted, "The ferry sails every day at seven[1]. Submarines dive via args[1].")
    assert len(cited) == 1
    assert cited[0].supported is True
    assert not notices


async def test_a_mark_of_no_passage_is_told(scripted):
    cited, notices = await answered(scripted, "The ferry sails at seven [44].")
    assert not cited
    assert notices == ["The answer cites passages that were not found: [44]."]


@pytest.mark.parametrize(("heading", "supported"), [("Fares > The harbour ferry", True), ("Other things", False)])
def test_a_passage_speaks_with_its_heading(heading, supported):
    """What a section is about is said above it, and not again in each of its sentences."""
    sentence = "The fares of the harbour ferry are twelve crowns [1]."
    passage = {"heading": heading, "text": "Twelve crowns.", "start": 0, "page": None, "line": 1, "document": "a.md"}
    [mark] = marks(sentence)
    assert _citation(AIMessage(sentence, id="m"), mark, sentence, passage)["supported"] is supported


async def test_a_sentence_that_its_passage_does_not_support_is_marked(scripted):
    turns = (
        [call("search_documents", {"query": "ferry"}, "a")],
        [{"text": "Submarines dive beneath arctic ice every winter. [1]"}],
    )
    async with Session(scripted(*turns)) as session:
        result = await session.ask("Tell me").result()
    assert [citation.supported for citation in result.citations] == [False]
