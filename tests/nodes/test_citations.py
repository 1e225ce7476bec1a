"""Which marks become citations, and what their passages say of them."""

import asyncio

import pytest

from mainstem.models.support import judge
from nodes.citations import check
from nodes.claims import claims

PLACE = {"heading": "", "start": 0, "page": None, "line": 1, "document": "a.md"}


async def by_rules(sentence, passage):
    return judge(sentence, passage)


def checked(text, passages):
    [claim] = claims(text)
    found = asyncio.run(check(claim, {n: PLACE | passage for n, passage in passages.items()}, by_rules, "m"))
    return [(each["marker"], each["verdict"]) for each in found.citations], found.unsupported


@pytest.mark.parametrize(
    ("heading", "verdict"), [("Fares > The harbour ferry", "supported"), ("Other things", "doubtful")]
)
def test_a_passage_speaks_with_its_heading(heading, verdict):
    """What a section is about is said above it, and not again in each of its sentences."""
    passage = {"heading": heading, "text": "Twelve crowns."}
    said = "The fares of the harbour ferry are twelve crowns [1]."
    assert checked(said, {1: passage}) == ([("[1]", verdict)], False)


@pytest.mark.parametrize(
    ("heading", "quote", "verdict"),
    [
        ("When is the museum open? [1]", "The museum is open from ten to four.", "supported"),
        ("Overview [1]", "The ferry sails every day at seven in the morning.", "supported"),
        ("The museum is open from nine to four [1]", "The museum is open from ten to four.", "unsupported"),
    ],
)
def test_a_heading_cites_what_it_is_about_and_not_what_stands_first(heading, quote, verdict):
    text = "The ferry sails every day at seven in the morning. The museum is open from ten to four."
    head, _ = claims(f"## {heading}\n\nBoth are near the harbour [1].")
    found = asyncio.run(check(head, {1: PLACE | {"text": text}}, by_rules, "m")).citations
    assert [(each["quote"], each["verdict"]) for each in found] == [(quote, verdict)]


def test_what_two_passages_say_together_supports_a_sentence():
    passages = {1: {"text": "The ferry sails at seven."}, 2: {"text": "A ticket costs twelve crowns."}}
    said = "The ferry sails at seven and a ticket costs twelve crowns [1, 2]."
    assert checked(said, passages) == ([("[1, 2]", "supported")] * 2, False)


def test_a_sentence_is_unsupported_when_none_of_its_passages_supports_it():
    passages = {1: {"text": "The ferry sails at seven."}, 2: {"text": "Bread is baked at night."}}
    assert checked("The ferry sails at seven [1][2].", passages) == (
        [("[1]", "supported"), ("[2]", "unsupported")],
        False,
    )
    assert checked("The ferry sails at 11:40 [1][2].", passages)[1]


def test_a_mark_that_is_said_over_and_over_is_judged_once():
    asked = []

    async def counting(sentence, passage):
        asked.append(passage)
        return "unsupported"

    [claim] = claims(f"The ferry sails at nine {'[1]' * 300}{'[2]' * 300}.")
    passages = {n: PLACE | {"text": f"The ferry sails at {n}."} for n in (1, 2)}
    found = asyncio.run(check(claim, passages, counting, "m"))
    assert [each["marker"] for each in found.citations] == ["[1]"] * 300 + ["[2]"] * 300
    assert len(asked) == 3  # each alone, and both together
