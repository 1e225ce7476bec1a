"""Which sentences a passage supports: true paraphrases, and the same with one thing wrong."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mainstem.models.extractive.sentences import split
from mainstem.models.support import judge
from mainstem.models.support.names import Known

from .cases import ABROAD, CASES


def share(field, *verdicts):
    """The share of cases whose sentence is judged to be one of `verdicts`."""
    return sum(judge(getattr(case, field), case.passage) in verdicts for case in CASES) / len(CASES)


def test_true_paraphrases_are_supported():
    assert share("true", "supported") >= 0.9


@pytest.mark.parametrize(("field", "caught"), [("number", 0.95), ("name", 0.95), ("denial", 0.85)])
def test_what_is_wrong_is_caught(field, caught):
    assert len(CASES) >= 40
    assert share(field, "unsupported") >= caught


@pytest.mark.parametrize(("passage", "sentence"), ABROAD)
def test_a_true_sentence_in_another_language_is_not_flagged(passage, sentence):
    assert judge(sentence, passage) != "unsupported"


@given(st.sampled_from(CASES), st.integers(0, 10**6), st.data())
def test_a_changed_number_is_never_supported(case, number, data):
    assume(judge(case.true, case.passage) == "supported")
    places = [found.span() for found in re.finditer(r"(?<![\w.,:])\d+(?![.,:]?\d|(?::\d\d)? ?[ap]\.?m)", case.true)]
    assume(places and str(number) not in re.findall(r"\d+", case.passage.replace(",", "")))
    begin, end = data.draw(st.sampled_from(places))
    changed = f"{case.true[:begin]}{number}{case.true[end:]}"
    if not any(near(number, case.passage)):
        assert judge(changed, case.passage) != "supported"


def near(number, passage):
    """Whether the passage may hold this number in words, as an hour, or nearly."""
    yield number <= 100
    for written in re.findall(r"\d+", passage.replace(",", "")):
        yield abs(number - int(written)) <= 0.06 * int(written)


@given(st.sampled_from(CASES))
def test_a_passage_supports_itself(case):
    assert {judge(sentence, case.passage) for sentence in split(case.passage)} == {"supported"}


FERRY = (
    "The night ferry to Bergen sails at nine. It was built in Gdansk by Anna Nowak in 1998. Tickets cost twelve crowns."
)


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("The night ferry to Bergen sails at nine.", "supported"),
        ("The night ferry to Bergen sails for twelve crowns.", "doubtful"),
        ("It was built in 1998.", "supported"),
    ],
)
def test_an_answer_that_stands_beside_other_words_than_the_questions_is_doubtful(sentence, verdict):
    assert judge(sentence, FERRY, "When does the night ferry to Bergen sail?") == verdict


def test_words_slipped_into_a_quotation_are_doubted_and_a_paraphrase_is_not():
    passage = "The night ferry from the old harbour to Bergen has carried passengers and freight all year since 1998."
    said = passage.replace(" since", ", to widespread local relief, since")
    assert judge(passage.replace("freight", "cargo"), passage) == "supported"
    assert judge(said, passage) == "doubtful"
    assert judge(said, passage, "Has it been a widespread local relief?") == "supported"


LAWS = """## mainstem.laws
The laws of the stream, checked on any recorded run: `laws.check(events)`.

- `ok`: Whether no law is broken.
- It is not true that the ferry sails on Sundays.
"""


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("The laws of the stream, checked on any recorded run: `laws.check(events)`. [1]", "supported"),
        ("`ok`: Whether no law is broken.", "supported"),
        ("The ferry sails on Sundays.", "unsupported"),  # a part of a sentence may say what the whole denies
    ],
)
def test_a_sentence_that_stands_there_is_supported_whatever_its_neighbours_deny(sentence, verdict):
    assert judge(sentence, LAWS) == verdict


def test_who_denies_one_thing_denies_no_other():
    passage = (
        "A week after it had no comment on changing the price of tickets, the line said that it rose to 250 crowns."
    )
    assert judge("The line said that the price of tickets rose to 250 crowns.", passage) == "supported"
    assert judge("The hull is watertight.", "The hull is not watertight.") == "unsupported"


def test_names_are_the_same_with_hyphens_and_stops():
    known = Known("A mag-lev train, tested by the F.C.C. today", "An Autobahn of the EU")
    assert all(name in known for name in ("Maglev", "Mag-lev", "FCC", "F.C.C", "Auto-bahn", "E.U"))


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("The boat belongs to Ronald Regan.", "supported"),  # one letter is less
        ("The boat belongs to Ronald Hagen.", "unsupported"),
        ("The boat of Ronald Reagan was paid for by the Conservative Party.", "supported"),
        ("The boat of Ronald Reagan was paid for by the Liberal Party.", "unsupported"),
        ("The boat was paid for by the Party.", "unsupported"),  # of which
    ],
)
def test_a_name_may_be_misspelt_and_say_what_kind_of_thing_it_names(sentence, verdict):
    assert judge(sentence, "The Conservatives paid for the boat, which belongs to Ronald Reagan.") == verdict


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=50))
def test_any_text_is_judged(sentence, passage, question):
    assert judge(sentence, passage, question) in ("supported", "doubtful", "unsupported")


@pytest.mark.parametrize(
    ("sentence", "passage", "question", "verdict"),
    [
        ("In 2020 revenue was 5 million.", "Revenue was 5 million.", "What was revenue in 2020?", "supported"),
        ("In 2020 revenue was 5 million.", "Revenue was 5 million.", "What was revenue?", "unsupported"),
        ("The fee at Norwood is 5 euros.", "The fee is 5 euros.", "What is the fee at Norwood?", "supported"),
        ("It opened on 3 March 2021.", "The hall opened on 2021-03-03.", "", "supported"),
        ("It opened on 4 March 2021.", "The hall opened on 2021-03-03.", "", "unsupported"),
        ("The hall opens at 7:30 pm.", "The hall opens at 19:30.", "", "supported"),
        ("It cost twenty-five thousand crowns.", "It cost 25,000 crowns.", "", "supported"),
        ("Wendell opened the hall.", "Maria opened the hall.", "", "doubtful"),
        ("The UN paid.", "The United Nations paid.", "", "supported"),
        ("Entering is not allowed.", "Entering is forbidden.", "", "supported"),
        ("The hall isn't heated.", "The hall is heated.", "", "unsupported"),
        ("Elephants swim across wide rivers.", "The hall is heated by gas.", "", "unsupported"),
        ("", "The hall is heated.", "", "supported"),
    ],
)
def test_the_rules(sentence, passage, question, verdict):
    assert judge(sentence, passage, question) == verdict
