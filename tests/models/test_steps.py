"""How-to questions are answered by the whole list of steps, in order."""

import pytest

from mainstem.models.extractive import quotes

SAFETY = """## Fire

Smoking is not allowed on board.

If you discover a fire, follow these steps:

1. Press the nearest red button.
2. Close the doors
   behind you.

   - not the hatch

```sh
alarm --on
```

3. Walk to muster station B.

Drills on Mondays run in calm weather.
"""
STEPS = [
    "If you discover a fire, follow these steps:",
    "1. Press the nearest red button.",
    "2. Close the doors behind you. (not the hatch) `alarm --on`",
    "3. Walk to muster station B.",
]


def said(question: str, text: str = SAFETY) -> list[str]:
    passage = {"n": 3, "heading": "Safety > Fire", "text": text, "score": 1.0, "coverage": 1.0}
    found = quotes.best(question, [passage])
    assert {quote.n for quote in found} <= {3}
    return [quote.text for quote in found]


@pytest.mark.parametrize(
    "question",
    [
        "What should I do if I discover a fire?",
        "How do I report a fire?",
        "What are the steps when there is a fire?",
        "How should one close the doors?",
    ],
)
def test_the_whole_list_is_quoted_in_order(question: str):
    assert said(question) == STEPS


def test_a_question_about_one_fact_is_answered_by_its_sentence():
    assert said("Where is the muster station?")[0] == "Walk to muster station B."
    assert said("Is smoking allowed on board?") == ["Smoking is not allowed on board."]


def test_a_sentence_outside_of_the_list_brings_no_list():
    assert said("How do the drills on Mondays go?")[0] == "Drills on Mondays run in calm weather."


def test_a_list_without_numbers_is_quoted_as_it_is_marked():
    text = "To open the valve:\n\n- Turn the key.\n- Pull the valve lever.\n\n- Wait."
    assert said("How do I open the valve?", text) == [
        "To open the valve:",
        "- Turn the key.",
        "- Pull the valve lever.",
        "- Wait.",
    ]


def test_a_list_that_is_too_long_is_not_quoted_whole():
    text = "To open the valve:\n\n" + "\n".join(f"{n}. Turn the valve key {n}." for n in range(1, 60))
    assert len(said("How do I open the valve?", text)) <= 3


def test_a_sentence_that_leads_to_a_list_is_quoted_with_it_whatever_is_asked():
    text = "Two courses are held each year:\n\n- Knots, in May\n- First aid, in June\n"
    assert said("Which courses are held?", text) == [
        "Two courses are held each year:", "- Knots, in May", "- First aid, in June",
    ]  # fmt: skip


FIRST = {"n": 1, "document": "change-a-sail.txt", "heading": "", "score": 2.0, "coverage": 1.0}
REST = {"n": 2, "document": "change-a-sail.txt", "heading": "", "score": 1.5, "coverage": 1.0}
TITLE = "CHANGING A SAIL\nNotes of the crew, who change a sail in five minutes.\n\nAsk the skipper before."


@pytest.mark.parametrize(
    ("question", "steps"),
    [
        ("How do I change a sail?", ["1. Lower it.", "2. Fold it.", "3. Hoist the other one."]),
        ("When did the crew change a sail?", None),
        ("How do I change a sail in a storm at night?", None),
    ],
)
def test_steps_are_found_by_what_their_file_is_called(question: str, steps: list[str] | None) -> None:
    items = FIRST | {"text": TITLE}, REST | {"text": "1. Lower it.\n2. Fold it.\n3. Hoist the other one."}
    quoted = [(quote.text, quote.n) for quote in quotes.best(question, items)]
    assert (quoted == [(step, 2) for step in steps or []]) == bool(steps), quoted


@pytest.mark.parametrize("text", ["- Lower it.\n- Fold it.\n- Hoist it.", "1. Lower it.\n2. Fold it."])
def test_not_every_list_below_such_a_name_is_steps(text: str) -> None:
    quoted = quotes.best("How do I change a sail?", [FIRST | {"text": TITLE}, REST | {"text": text}])
    assert all("Fold" not in quote.text for quote in quoted)
