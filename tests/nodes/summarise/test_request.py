"""Which questions ask for a summary, and of what."""

import pytest

from nodes.summarise.request import summary_request

CERTAIN = {
    "Summarise handbook.pdf": "handbook.pdf",
    "please summarize the leave policy in three sentences": "the leave policy",
    "Could you sum up ./notes/a.md for me?": "./notes/a.md",
    "tl;dr": "",
    "TL;DR of travel.md": "travel.md",
    "Give me a short overview of the yard": "the yard",
    "Key points of the handbook": "the handbook",
    "What are the main findings of report.pdf?": "report.pdf",
    "List the highlights": "",
    "What topics were discussed in the meeting?": "the meeting",
    "What was the general idea of the talk?": "the talk",
    "Recap of the kickoff": "the kickoff",
}

UNCERTAIN = {
    "What is this about?": ("this", ""),
    "What's the handbook all about?": ("the handbook", ""),
    "What does travel.md cover?": ("travel.md", ""),
    "what does the handbook say about hotels": ("the handbook", "hotels"),
    "What did they decide about the budget?": ("it", "the budget"),
    "What were the decisions of the board meeting?": ("the board meeting", "decisions decided agreed concluded"),
    "What was decided?": ("it", "decisions decided agreed concluded"),
}

NO_SUMMARY = [
    "What is the capital of France?",
    "How do I outline a cell?",
    "When does the ferry sail?",
    "How many boats are there in total?",
    "What is the highest price?",
    "Who wrote the summary of 2021?",
    "hello",
    "",
]


@pytest.mark.parametrize(("question", "target"), CERTAIN.items())
def test_it_asks_for_a_summary(question, target):
    found = summary_request(question)
    assert found is not None
    assert (found.target, found.focus, found.certain) == (target, "", True)


@pytest.mark.parametrize(("question", "meant"), UNCERTAIN.items())
def test_it_does_where_a_document_is_meant(question, meant):
    found = summary_request(question)
    assert found is not None
    assert (found.target, found.focus) == meant
    assert not found.certain


@pytest.mark.parametrize("question", NO_SUMMARY)
def test_it_does_not(question):
    assert summary_request(question) is None
