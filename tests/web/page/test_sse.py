"""The parser of server-sent events, fed in pieces."""

import pytest

FEED = "({Parser}, pieces) => { const parser = new Parser(); return pieces.flatMap((piece) => parser.feed(piece)); }"
STREAM = 'id: 1\nevent: run.started\ndata: {"a":1}\n\n: ping\n\nid: 2\ndata: one\ndata: two\n\n'
EVENTS = [
    {"type": "run.started", "data": '{"a":1}', "id": "1"},
    {"type": "message", "data": "one\ntwo", "id": "2"},
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_pieces_may_break_anywhere(module, size, end):
    text = STREAM.replace("\n", end) + ("\n" if end == "\r" else "")
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert module(FEED, "sse.js", pieces) == EVENTS


def test_an_event_without_data_is_none(module):
    assert module(FEED, "sse.js", ["event: ping\n\n:\n\nid: 7\n\n"]) == []


def test_half_an_event_waits(module):
    assert module(FEED, "sse.js", ["id: 1\ndata: x\n"]) == []


def test_a_space_belongs_to_the_field_only_once(module):
    assert module(FEED, "sse.js", ["data:  two\n\n"])[0]["data"] == " two"
