"""The mask of a stream is the mask of the whole text, however it was cut, and nothing that is masked is ever shown."""

from itertools import accumulate

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mainstem.models.guard.kinds.kind import CONTEXT
from mainstem.models.guard.kinds.plain import plain
from mainstem.models.guard.mask import Mask
from mainstem.models.guard.masker import Masker
from mainstem.models.guard.named import KINDS, mask_of

from .texts import cuttings, texts

ALL = mask_of(
    ["all"],
    patterns={"ticket": r"\bTICKET-\d+\b", "odd": r"ex(?:[a-z.]+)x", "tail": r"a\B.", "back": r"(?<=call )\d+"},
    words={"customer": ["Acme", "ada example"]},
)
BUILT_IN = mask_of(["all"])
MASKS = [ALL, BUILT_IN, mask_of(["secrets", "email"]), *(mask_of([name]) for name in KINDS)]
PATTERNS = {}
BOUNDS = [None, 1, 3, 8, 21, 64, 8192]


def whole(mask: Mask, text: str, bound: int | None) -> str:
    return Masker(mask, bound=bound).finish(text)


def streamed(mask: Mask, pieces: list[str], bound: int | None) -> list[str]:
    masker = Masker(mask, bound=bound)
    return [*(masker.push(piece) for piece in pieces), masker.finish()]


def found(mask: Mask, text: str) -> list[tuple[int, int]]:
    """Everything that any kind finds anywhere in the whole text, asked in the plainest way."""
    text, spans = plain(text), []
    for kind in mask.kinds:
        pattern = PATTERNS.setdefault(kind.pattern, regex.compile(kind.pattern))
        for start in range(len(text)):
            if match := pattern.match(text, start):
                length = kind.check(match.group(), text[max(0, start - CONTEXT) : start])
                if length:
                    spans.append((start, start + length))
    return spans


def shown(mask: Mask, text: str, bound: int | None) -> set[int]:
    """The places of a text that its mask shows."""
    at, places = 0, set()
    for piece in Masker(mask, bound=bound).pieces(text, last=True):
        if piece.shown == piece.source:
            places |= set(range(at, at + len(piece.source)))
        at += len(piece.source)
    assert at == len(text)
    return places


@settings(max_examples=4 * settings().max_examples)
@given(cuttings(), st.sampled_from(MASKS), st.sampled_from(BOUNDS))
def test_the_stream_is_the_masked_whole(pieces, mask, bound):
    assert "".join(streamed(mask, pieces, bound)) == whole(mask, "".join(pieces), bound)


@settings(max_examples=4 * settings().max_examples)
@given(texts, st.sampled_from(BOUNDS), st.sampled_from([ALL, BUILT_IN]))
@example("ghp_DE89 3704 0044 0532 0130 00.", 8192, ALL)
@example("@ada@example.companycall 123-45-6789", 21, ALL)
@example("to \u0300ada@example.com", 8192, ALL)
@example('":(262-98-6924 it', 1, BUILT_IN)
def test_nothing_that_any_kind_finds_is_shown(text, bound, mask):
    visible = shown(mask, text, bound)
    for start, end in found(mask, text):
        assert not visible & set(range(start, end)), (start, end, text[start:end])


@settings(max_examples=2 * settings().max_examples)
@given(cuttings(), st.sampled_from(BOUNDS), st.sampled_from(MASKS))
def test_each_prefix_is_one_of_the_masked_whole(pieces, bound, mask):
    final = whole(mask, "".join(pieces), bound)
    assert all(final.startswith(prefix) for prefix in accumulate(streamed(mask, pieces, bound)))


@settings(max_examples=2 * settings().max_examples)
@given(texts)
def test_what_no_kind_finds_is_not_changed(text):
    if not found(ALL, text):
        assert whole(ALL, text, 8192) == text


TRIGGERED = [
    ("Bearer abcdef1234567890abcdef", "Bearer [TOKEN_1]"),
    ("See https://bob:s3cret@example.com/x", "See https://[PASSWORD_1]/x"),
    ("the key=: sk-abcDEF1234567890abcdef12", "the key=: [API_KEY_1]"),
    ("she is at ada@example.com now", "she is at [EMAIL_1] now"),
    ("call + 49 30 901820 now", "call [PHONE_1] now"),
    ("his is AB 12 34 56 C now", "his is [NATIONAL_ID_1] now"),
    ("it is at fe80::1ff:fe23:4567:890a now", "it is at [IP_1] now"),
]


@pytest.mark.parametrize(("text", "masked"), TRIGGERED)
def test_what_tells_a_kind_may_have_been_shown_before(text, masked):
    mask = mask_of(["all"])
    for first in range(len(text)):
        for second in range(first, len(text)):
            pieces = [text[:first], text[first:second], text[second:]]
            assert "".join(streamed(mask, pieces, 8192)) == masked, pieces


FORMS = [
    ("Cafe\u0301 Zoe\u0308", "[HOUSE_1]"),
    ("ＣＡＦÉ zoë", "[HOUSE_1]"),
    ("ada＠example．com", "[EMAIL_1]"),
    ("４１１１ １１１１ １１１１ １１１１", "[CARD_1]"),
    ("𝐓𝐈𝐂𝐊𝐄𝐓-𝟒𝟐", "[TICKET_1]"),
    ("n\u0303andu\u0301：7", "[BIRD_1]"),
    ("m² in ②", "m² in ②"),
]
WRITTEN = mask_of(
    ["email", "card"],
    patterns={"ticket": r"TICKET-\d+", "bird": "ñand[úu]?\u0301?：[0-9]"},
    words={"house": ["Café Zoë"]},
)


@pytest.mark.parametrize(("written", "masked"), FORMS)
def test_nothing_passes_for_the_form_of_unicode_that_it_is_written_in(written, masked):
    for pieces in ([written], list(written)):
        assert "".join(streamed(WRITTEN, [*pieces, " ."], 8192)) == f"{masked} ."


def test_what_is_not_masked_keeps_its_form():
    text = "Ｗｉｄｅ ﬁne ½ ｋａｎａ ｱ"
    assert whole(WRITTEN, text, 8192) == text
