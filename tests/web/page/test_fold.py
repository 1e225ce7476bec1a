"""The page's fold of a run: what it takes beside the recorded runs of `tests/golden`."""

import json
from pathlib import Path

FOLD = """({Fold}, events) => {
  const fold = new Fold();
  for (const event of events) fold.add(event);
  return {rows: [...fold.rows.values()], answer: fold.answer?.text ?? null};
}"""
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples.ndjson"


def test_every_event_of_the_reference_is_taken(module):
    given = [json.loads(line) for line in (EXAMPLES).read_text().splitlines()]
    for seq, event in enumerate(given, 1):
        event["seq"] = seq
    folded = module(FOLD, "fold.js", given)
    assert {row["kind"] for row in folded["rows"]} >= {
        "step",
        "speech",
        "aside",
        "call",
        "remark",
        "question",
        "data",
    }


def test_an_event_that_was_seen_or_is_unknown_passes_by(module):
    delta = {"type": "message.delta", "seq": 2, "at": 0, "message_id": "m", "text": "Hi", "n": 1}
    delta |= {"first_at": 0, "last_at": 0}
    given = [
        {"type": "message.started", "seq": 1, "at": 0, "message_id": "m", "attempt": 1, "answer": True},
        delta,
        delta,
        {"type": "of.tomorrow", "seq": 3, "at": 0},
    ]
    assert module(FOLD, "fold.js", given)["answer"] == "Hi"
