"""Where a template cannot tell the text's place, it reads nothing, and the chunk is parsed."""

import random

import orjson
import pytest

from mainstem.models.coalesce.growth import growing_texts
from mainstem.models.coalesce.template import Template

from .test_exact import as_it_is, joined


def chunk(text: str, identity: str = "c") -> bytes:
    choice = {"index": 0, "delta": {"content": text}}
    return orjson.dumps({"id": identity, "object": "chat.completion.chunk", "model": "m", "choices": [choice]})


def template(data: bytes) -> Template:
    parsed = orjson.loads(data)
    (spot,) = growing_texts(parsed)
    return Template(data, parsed, spot)


def test_a_template_reads_what_differs_only_in_its_text():
    made = template(chunk("Hello"))
    assert made.text(chunk(" there")) == " there"
    assert made.text(chunk("", identity="d")) is None
    assert made.text(chunk(' "quoted"')) is None


@pytest.mark.parametrize("text", ["c", "m", "id", "content", "chat.completion.chunk"])
def test_a_text_that_stands_elsewhere_too_makes_no_template(text: str):
    """The first place of such a text is another one: what stands there in the next chunk is not the next text."""
    made = template(chunk(text))
    assert made.text(chunk(text)) is None
    assert made.text(chunk(text).replace(orjson.dumps(text), b'"else"', 1)) is None


@pytest.mark.parametrize("first", ["a", "m"])
def test_an_answer_that_begins_like_a_field_comes_to_the_letter(first: str):
    """Each chunk with an id of its own, the first of which is the first text."""
    chunks = [chunk(first, identity=identity) for identity in ("a", "b", "a", "c", "d")]
    data = b"".join(b"data: %b\n\n" % one for one in chunks) + b"data: [DONE]\n\n"
    expected = as_it_is(data)
    for seed in range(20):
        assert joined(data, random.Random(seed)) == expected
