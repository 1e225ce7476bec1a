"""Arguments of calls are masked while they are written, and stay JSON."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mainstem.models.guard import Masker, Placeholders, mask_of
from mainstem.models.guard.json_masker import JsonMasker

from .texts import texts

MASK = mask_of(["all"], words={"customer": ["Acme"]})
MASK_OF_EMAIL = mask_of(["email"])
values = st.recursive(
    st.one_of(texts, st.text(), st.integers(), st.sampled_from([4111111111111111, 1.5, None, True])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("ab"), inner, max_size=3)),
    max_leaves=6,
)


def streamed(pieces, mask=MASK):
    masker = JsonMasker(mask)
    return "".join([*(masker.push(piece) for piece in pieces), masker.finish()])


def cut(data, text):
    places = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=20)))
    return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]


def masked(value, placeholders):
    """The value with each string masked by itself."""
    if isinstance(value, str):
        return Masker(MASK_OF_EMAIL, placeholders).finish(value)
    if isinstance(value, list):
        return [masked(one, placeholders) for one in value]
    return {key: masked(one, placeholders) for key, one in value.items()} if isinstance(value, dict) else value


@settings(max_examples=3 * settings().max_examples)
@given(st.data(), values, st.booleans())
def test_it_stays_json_however_it_is_cut(data, value, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only)
    whole = streamed([text])
    json.loads(whole)
    assert streamed(cut(data, text)) == whole


@settings(max_examples=2 * settings().max_examples)
@given(st.data(), texts)
def test_what_is_no_json_is_masked_the_same_however_it_is_cut(data, text):
    assert streamed(cut(data, text)) == streamed([text])


@settings(max_examples=2 * settings().max_examples)
@given(values)
@example("ada@example.com\U00012390")
def test_strings_are_masked_by_what_they_say(value):
    assert json.loads(streamed([json.dumps(value)], MASK_OF_EMAIL)) == masked(value, Placeholders())


def test_what_is_escaped_is_found_and_what_is_not_masked_stays_as_written():
    text = r'{"to": "ada\u0040example.com", "said": "h\u00e9llo \ud83d\ude00 \"x\" \/"}'
    assert streamed(list(text)) == r'{"to": "[EMAIL_1]", "said": "h\u00e9llo \ud83d\ude00 \"x\" \/"}'


def test_a_number_becomes_a_string():
    assert streamed(list('{"card": 4111111111111111, "n": 4111}')) == '{"card": "[CARD_1]", "n": 4111}'
