"""What a message wants, and what the default model says to those that want nothing of the documents."""

import pytest
from langchain_core.messages import HumanMessage

from mainstem.models.extractive import ExtractiveModel
from mainstem.models.extractive.intents import intent
from mainstem.models.retrieved import rendered

LIBRARY = {"collection": "user", "documents": 30, "names": ["a.md", "b.md"], "table_count": 1, "tables": ["ships"]}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("hello", "greeting"),
        ("Hi there!", "greeting"),
        ("Thank you", "greeting"),
        ("help", "help"),
        ("What can you do?", "help"),
        ("How does this work?", "help"),
        ("What documents do you have?", "documents"),
        ("list all files", "documents"),
        ("Which documents are there?", "documents"),
        ("How many documents do you have?", "documents"),
        ("Which tables are there?", "tables"),
        ("note: x", "note"),
        ("1+1", "sum"),
        ("???", "nothing"),
        ("What are documents?", "search"),
        ("Which documents are about ships?", "search"),
        ("How do I help a new colleague?", "search"),
        ("What does hello.py do?", "search"),
        ("Hello, when does the ferry sail?", "search"),
        ("How do I read files?", "search"),
    ],
)
def test_what_a_message_wants(question, wanted):
    assert intent(question) == wanted


def said(question, found):
    return ExtractiveModel().invoke([HumanMessage(rendered(found, question))]).text


def test_asked_for_documents_it_lists_what_is_there():
    text = said("What documents do you have?", {"library": LIBRARY})
    assert text.startswith("There are 30 documents:\n\n- a.md\n- b.md\n- … and 28 more")
    assert text.endswith("There is 1 table:\n\n- ships")


def test_greeted_it_says_what_it_can_be_asked():
    assert "Ask a question" in said("hello", {"library": LIBRARY})
    assert "30 documents and 1 table, among them a.md, b.md, ships" in said("help", {"library": LIBRARY})
    assert "--docs" in said("hello", {"library": {**LIBRARY, "documents": 0, "table_count": 0}})


def test_without_a_library_it_says_who_lists_them():
    assert "mainstem docs" in ExtractiveModel().invoke("What documents do you have?").text
