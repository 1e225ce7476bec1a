"""What is looked for before the patterns themselves leaves nothing out, whole or while it is written."""

import re

import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mainstem.models.guard.kinds.kind import FIRST_DIGIT, NUMBER, OPEN_NUMBER, Kind
from mainstem.models.guard.named import KINDS

NUMBERS = [(kind, kind.lead) for kinds in KINDS.values() for kind in kinds if kind.lead is not None]
BESIDE = re.compile(r"\(\?<?[!=](?:[^()\[\]]|\[[^\]]*\])*\)")
BEHIND = st.sampled_from(["", " ", ".", ", and", "-", " (", " office", " ext. 12"])


def written(kind: Kind) -> st.SearchStrategy[str]:
    """What the pattern of a kind may find, without what it asks for beside it."""
    pattern = BESIDE.sub("", kind.pattern.partition("(?=[ ]")[0])
    return st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)


def places(text: str) -> list[int]:
    return [found.start() for found in re.finditer(NUMBER, text)]


LABELLED = ((KINDS["phone"][1], 2), "212-555-0143", " office")
SOME = st.sampled_from(NUMBERS).flatmap(lambda one: st.tuples(st.just(one), written(one[0]), BEHIND))


@settings(max_examples=4 * settings().max_examples)
@given(SOME)
def test_no_number_is_left_out(some: tuple[tuple[Kind, int], str, str]):
    (kind, lead), number, behind = some
    text = f"to {number}{behind}"
    looked_at = [range(digit.start() - lead, digit.end()) for digit in FIRST_DIGIT.finditer(text)]
    for place in places(text):
        match = regex.match(kind.pattern, text, pos=place)
        is_told = re.search("[0-9]", text[place : place + lead + 1])  # an Italian code may have its digits later
        if is_told and match and kind.check(match.group(), text[:place]):
            assert any(place in some for some in looked_at), text


@settings(max_examples=4 * settings().max_examples)
@given(SOME)
@example(LABELLED)
def test_no_number_is_shown_while_it_is_written(some: tuple[tuple[Kind, int], str, str]):
    (kind, lead), number, behind = some
    open_here = regex.compile(rf"(?:{kind.pattern})\Z\x00")
    for end in range(4, len(number) + len(behind) + 4):
        text = f"to {number}{behind}"[:end]
        for place in places(text):
            could_have_begun = end - place <= lead or re.search("[0-9]", text[place : place + lead + 1])
            if could_have_begun and open_here.match(text, place, partial=True):
                assert OPEN_NUMBER.match(text, place), (text, text[place:])


KEYS = [kind for kind in KINDS["secrets"] if kind.word]


@settings(max_examples=4 * settings().max_examples)
@given(st.sampled_from(KEYS).flatmap(lambda kind: st.tuples(st.just(kind), written(kind))))
def test_every_key_has_what_is_looked_for_before_it(some: tuple[Kind, str]):
    kind, key = some
    assert re.search(kind.trigger or "", key), key
