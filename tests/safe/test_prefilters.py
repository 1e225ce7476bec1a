"""What is looked for before the patterns themselves leaves nothing out, whole or while it is written."""

import re
from string import ascii_letters, ascii_lowercase

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mainstem.models.guard.kinds.kind import CONTEXT, FIRST_DIGIT, NUMBER, OPEN_NUMBER, Kind
from mainstem.models.guard.named import KINDS
from mainstem.models.guard.prose import Prose

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


EVERY = [kind for kinds in KINDS.values() for kind in kinds]
BEFORE = "\n" * CONTEXT


def is_open(kind: Kind, text: str, at: int) -> bool:
    pattern = regex.compile(rf"(?:{kind.pattern})\Z\x00")
    return pattern.match(text, at, partial=True) is not None


@settings(max_examples=4 * settings().max_examples)
@given(
    st.sampled_from([kind for kind in EVERY if not kind.behind]).flatmap(
        lambda kind: st.tuples(st.just(kind), written(kind), BEHIND)
    )
)
def test_nothing_is_prose_that_is_found_or_could_still_be(some: tuple[Kind, str, str]):
    kind, thing, behind = some
    for mask in ([kind], EVERY):
        prose = Prose(mask)
        for end in range(1, len(thing) + len(behind) + 1):
            text, at = BEFORE + (thing + behind)[:end], len(BEFORE)
            undecided = prose.undecided(text, at)
            if undecided is not None and undecided > at:
                found = regex.compile(kind.pattern).match(text, at)
                assert not is_open(kind, text, at), text
                assert not (found and kind.check(found.group(), BEFORE)), text


@pytest.mark.parametrize("sign", [":", "/", "=", ': "', "='", "=  ", "Bearer "])
def test_nothing_is_prose_right_behind_what_tells_a_secret(sign: str):
    prose, before = Prose(EVERY), f"{BEFORE}the key{sign}"
    assert prose.undecided(f"{before}abcdef", len(before)) is None
    assert prose.undecided(f"{before}abcdef", len(BEFORE)) is None


@pytest.mark.parametrize("kind", [kind for kind in EVERY if kind.opening], ids=lambda kind: kind.name)
def test_each_word_is_held_that_could_become_it(kind: Kind):
    prose, at = Prose([kind]), len(BEFORE)
    words = list(ascii_letters)
    for _ in range(5):
        words = [word for word in words if is_open(kind, BEFORE + word, at)]
        assert all(prose.undecided(BEFORE + word, at) is None for word in words)
        words = [word + letter for word in words for letter in ascii_lowercase]


def test_prose_is_decided_but_for_its_last_word():
    text = 'In 1902 the "pier" (well-known) was built; who wants it? A grown person\'s 4.50 for Zoë à la ada.'
    assert Prose(EVERY).undecided(BEFORE + text, len(BEFORE)) == len(BEFORE + text) - len("ada.")
    assert Prose(KINDS["card"]).undecided(BEFORE + text, len(BEFORE)) == len(BEFORE + text)
    assert Prose([]).undecided(BEFORE + text, len(BEFORE)) == len(BEFORE + text)
