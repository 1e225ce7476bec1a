"""Which documents a summary is asked of."""

from datetime import UTC, datetime

import pytest

from mainstem.knowledge import Document
from nodes.summarise.request import summary_request
from nodes.summarise.targets import Meant, Unresolved, meant

NAMES = ["handbook.pdf", "policies/leave-policy.md", "policies/travel.md", "meetings/2024-03 kickoff.md"]


def documents(*names: str) -> list[Document]:
    return [Document(name, f"/home/ada/docs/{name}", "user", "md", 100, 1, datetime.now(UTC)) for name in names]


def resolved(question, names=NAMES, sources=()):
    request = summary_request(question)
    assert request is not None
    return meant(request, documents(*names), sources)


def names_of(found):
    assert isinstance(found, Meant)
    return [document.document for document in found.documents]


@pytest.mark.parametrize(
    ("question", "wanted"),
    {
        "Summarise handbook.pdf": NAMES[:1],
        "Summarise the handbook": NAMES[:1],
        "Summarise the file policies/travel.md": NAMES[2:3],
        "Summarise ./policies/travel.md": NAMES[2:3],
        "Summarise /home/ada/docs/policies/travel.md": NAMES[2:3],
        "Give me the gist of the travel policy": NAMES[2:3],
        "Key points of the leave policy": NAMES[1:2],
        "Recap of the kickoff": NAMES[3:],
        "Summarise policies": NAMES[1:3],
        "Summarise the policies folder": NAMES[1:3],
        "Summarise everything": NAMES,
        "Summarise all documents": NAMES,
        "tl;dr": NAMES,
    }.items(),
)
def test_documents_and_folders_are_known_by_their_names(question, wanted):
    found = resolved(question)
    assert names_of(found) == wanted
    assert (found.focus, found.named) == ("", True)


@pytest.mark.parametrize(
    ("question", "document", "focus"),
    [
        ("Summarise the discussion about hotels in travel.md", "policies/travel.md", "hotels"),
        ("Summarise what the handbook says about sick leave", "handbook.pdf", "sick leave"),
        ("What does the handbook say about parental leave?", "handbook.pdf", "parental leave"),
        ("Summarise the section on tickets of travel.md", "policies/travel.md", "tickets"),
    ],
)
def test_a_subject_within_a_document(question, document, focus):
    found = resolved(question)
    assert names_of(found) == [document]
    assert found.focus == focus


def test_what_is_pointed_at_is_what_the_last_answer_cited_or_the_only_document():
    assert names_of(resolved("What is this about?", sources=["handbook.pdf"])) == ["handbook.pdf"]
    assert names_of(resolved("Summarise it", sources=NAMES[1:3])) == NAMES[1:3]
    assert names_of(resolved("tl;dr", sources=NAMES[:1])) == NAMES[:1]
    assert names_of(resolved("Summarise the whole meeting", names=["talk.txt"])) == ["talk.txt"]
    assert resolved("What is this about?") == Unresolved("this")


def test_all_documents_about_what_one_is_called_by():
    found = resolved("Summarise what all documents say about travel")
    assert names_of(found) == NAMES
    assert found.focus == "travel"


@pytest.mark.parametrize("question", ["Summarise all documents", "Summarise what all documents say about travel"])
def test_all_documents_are_not_the_one_of_that_name(question):
    names = ["documents-and-tables.md", "b.md"]
    assert names_of(resolved(question, names=names)) == names


def test_a_file_that_is_not_there_is_not_taken_for_a_subject():
    assert resolved("Summarise nothere.pdf") == Unresolved("nothere.pdf")
    assert resolved("Summarise old/nothere", names=["a.md"]) == Unresolved("old/nothere")


def test_two_documents_of_one_name_are_no_guess():
    assert resolved("Summarise a.md", names=["x/a.md", "y/a.md"]) == Unresolved("a.md")
    assert names_of(resolved("Summarise x/a.md", names=["x/a.md", "y/a.md"])) == ["x/a.md"]


def test_a_subject_alone_is_looked_for_everywhere():
    found = resolved("Summarise the history of the harbour")
    assert names_of(found) == NAMES
    assert (found.focus, found.named) == ("the history of the harbour", False)
