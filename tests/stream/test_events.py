import json
import math
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mainstem.stream import events as e


def test_absent_fields_are_omitted_and_telling_nulls_are_kept():
    said = json.loads(e.encode(e.MessageStarted(message_id="m")))
    assert said == {
        "type": "message.started", "seq": 0, "run_id": "", "at": 0.0, "message_id": "m", "attempt": 1, "answer": None,
    }  # fmt: skip


@pytest.mark.parametrize("kind", e.KINDS, ids=lambda kind: kind.__name__)
def test_model_dump_json_is_the_wire_form(kind):
    required = {name: _sample(name) for name, field in kind.model_fields.items() if field.is_required()}
    event = kind(seq=3, run_id="r", at=1.5, **required)
    assert event.model_dump_json().encode() == e.encode(event)
    assert e.decode(e.encode(event)) == event


def _sample(name):
    if name == "locator":
        return e.Locator(start=0, end=1, page=2)
    return {"from_seq": 1, "to_seq": 2, "status": "done", "reason": "retry", "mode": "custom"}.get(name, "x")


def test_events_are_frozen():
    with pytest.raises(ValidationError):
        e.NodeStarted(node="a").node = "b"


def test_unknown_types_are_refused():
    with pytest.raises(ValidationError):
        e.decode('{"type": "nonsense"}')


class Strange:
    def __str__(self):
        return "strange"


@pytest.mark.parametrize("data", [math.nan, b"\xff\xfe", "half of an emoji: \ud83d", {"x": Strange()}, {1: 2}, {3, 4}])
def test_anything_a_graph_writes_becomes_json(data):
    line = e.encode(e.Data(mode="custom", data=data))
    assert json.loads(line)["type"] == "data"
    assert isinstance(e.decode(line), e.Data)


def test_a_cycle_ends():
    loop = {}
    loop["again"] = loop
    assert e.decode(e.encode(e.Data(mode="custom", data=loop))).type == "data"


@given(st.text())
def test_any_text_survives_the_wire(text):
    sent = e.MessageDelta(message_id="m", text=text)
    assert e.decode(e.encode(sent)) == sent
    assert b"\n" not in e.encode(sent)


def test_encoded_events_take_no_more_memory_than_they_say():
    event = e.MessageDelta(message_id="m", text="word " * 4)
    tracemalloc.start()
    kept = [e.encode(event) for _ in range(500)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 500 * (len(kept[0]) + 200)


@pytest.mark.parametrize(("supported", "verdict"), [(True, "supported"), (False, "unsupported"), (None, None)])
def test_a_citation_of_an_older_journal_is_read(supported, verdict):
    old = {"type": "citation", "message_id": "m", "marker": "[1]", "document": "a.md", "quote": "q"}
    read = e.parse(old | {"locator": {"start": 0, "end": 1}, "supported": supported})
    assert (read.verdict, read.answer_start) == (verdict, None)
