"""The page's rows are those of `mainstem.views.view`, for every event of the reference and for whole runs."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mainstem import Session, events
from mainstem.views.view import View

FOLD = """({Transcript}, events) => {
  const fold = new Transcript();
  for (const event of events) fold.add(event);
  const {citations, firstWordsAt: first, answer} = fold;
  return {rows: [...fold.rows.values()], citations, first, answer: answer?.text ?? null};
}"""
DOCS = Path(__file__).parents[3] / "docs"
KINDS = {"Step": "step", "Work": "work", "Call": "call", "Aside": "aside", "Speech": "speech", "Withdrawn": "withdrawn"}
KINDS |= {"Remark": "remark", "Question": "question"}


def rows_of(run):
    view = View()
    for event in run:
        view.add(event)
    return view


def plain(run):
    return [json.loads(events.encode(event)) for event in run]


def run_of(settings, question):
    async def asked():
        async with Session(settings) as session:
            return [event async for event in session.ask(question)]

    with ThreadPoolExecutor() as pool:  # this thread has the browser's event loop
        return pool.submit(asyncio.run, asked()).result()


def same(module, run):
    view, folded = rows_of(run), module(FOLD, "fold.js", plain(run))
    mine = [row["kind"] for row in folded["rows"] if row["kind"] != "data"]
    assert mine == [KINDS[type(row).__name__] for row in view.rows.values()]
    assert [row["depth"] for row in folded["rows"] if row["kind"] != "data"] == [
        row.depth for row in view.rows.values()
    ]
    assert folded["answer"] == (view.answer.text if view.answer else None)
    assert len(folded["citations"]) == len(view.citations)
    assert folded["first"] == view.first_words_at


def test_a_run_with_tools_reasoning_and_citations(module, scripted):
    turns = [
        [
            {"reasoning": "Look it up."},
            {"text": "I look."},
            {"tool_call": {"name": "search_documents", "args": {"query": "ferry"}}},
        ],
        [{"words": "It sails at seven [1]."}],
    ]
    same(module, run_of(scripted(*turns), "When does the ferry sail?"))


def test_a_withdrawn_attempt(module, scripted):
    turns = [[{"words": "It sails at"}, {"error": "broke off", "retryable": True}], [{"words": "It sails at seven."}]]
    same(module, run_of(scripted(*turns), "When does the ferry sail?"))


def test_every_event_of_the_reference_is_taken(module):
    given = [json.loads(line) for line in (DOCS / "examples.ndjson").read_text().splitlines()]
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
    given = [
        {"type": "message.started", "seq": 1, "at": 0, "message_id": "m", "attempt": 1, "answer": True},
        {
            "type": "message.delta",
            "seq": 2,
            "at": 0,
            "message_id": "m",
            "text": "Hi",
            "n": 1,
            "first_at": 0,
            "last_at": 0,
        },
        {
            "type": "message.delta",
            "seq": 2,
            "at": 0,
            "message_id": "m",
            "text": "Hi",
            "n": 1,
            "first_at": 0,
            "last_at": 0,
        },
        {"type": "of.tomorrow", "seq": 3, "at": 0},
    ]
    assert module(FOLD, "fold.js", given)["answer"] == "Hi"
