"""A heading names what the first sentence below it answers, so that the sentence need not say it again."""

import pytest

from mainstem.models.extractive import quotes

TEXT = """## Back up the home folder

Copy each file with `VACUUM INTO` while it runs. A plain copy is no backup of the folder.

## Upgrade

Stop the server. Back up first, then install the new version.
"""


def first(question: str, text: str, heading: str = "Operations > Upgrade") -> str:
    passage = {"n": 1, "heading": heading, "text": text, "score": 1.0, "coverage": 1.0}
    return quotes.best(question, [passage])[0].text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How do I back up the home folder?", "Copy each file with `VACUUM INTO` while it runs."),
        ("How do I upgrade?", "Stop the server."),
        ("Is a plain copy a backup?", "A plain copy is no backup of the folder."),
    ],
)
def test_the_first_sentence_below_a_heading_is_found_by_the_heading(question: str, answer: str):
    assert first(question, TEXT) == answer


def test_a_title_that_shares_one_word_of_many_lifts_no_sentence():
    text = "# The ferry\n\nIt is painted blue and carries forty cars. On Sundays the ferry leaves the quay at nine."
    assert "leaves the quay" in first("When on Sundays leaves the ferry the quay?", text, "The ferry")


def test_the_more_is_searched_the_more_of_a_question_must_be_held():
    small, large = quotes.min_coverage(10), quotes.min_coverage(60_000)
    assert small == quotes.min_coverage(300) == quotes.MIN_COVERAGE
    assert 0.55 < large < 0.65


PEOPLE = "## People\n\n- **Chair:** Ada Bell\n- **Treasurer:** Paul Moss\n"
SCHOOLS = "The Road to School course taught 312 pupils. The course is led by Safiya Rahman and is paid by the county."


def test_a_pair_of_label_and_value_is_no_heading_of_the_next_one():
    passage = {"n": 1, "heading": "People", "text": PEOPLE, "score": 1.0, "coverage": 1.0}
    assert quotes.best("Who was the chair before Ada Bell?", [passage]) == []
    assert first("Who is the treasurer?", PEOPLE) == "**Treasurer:** Paul Moss"


def test_a_sentence_is_found_by_another_form_of_the_verb():
    assert first("Who leads the course?", SCHOOLS, "Schools").startswith("The course is led by Safiya Rahman")


def test_who_is_something_of_another_is_not_answered_by_what_speaks_of_the_other():
    passage = {
        "n": 1,
        "heading": "",
        "text": "The boats came from the Hotel Brightwater.",
        "score": 1.0,
        "coverage": 1.0,
    }
    assert quotes.best("Who is the owner of the Hotel Brightwater?", [passage]) == []
    assert quotes.best("Where is the Hotel Brightwater?", [passage])


def test_what_stands_below_the_title_of_a_slide_is_not_about_the_title():
    show = {"n": 1, "heading": "Spring fair", "text": "Spring fair\n\nHarbour Society", "score": 1.0, "coverage": 0.6}
    goal = {
        "n": 2,
        "heading": "Spring fair > Goal",
        "text": "Goal\n\nBudget: 900 crowns",
        "score": 1.0,
        "coverage": 1.0,
    }
    said = quotes.best("What is the budget of the spring fair?", [show, goal])
    assert said[0].text == "Budget: 900 crowns"


def test_a_follow_up_is_about_what_it_names_itself():
    text = "Members pay nine euros a day in high season. Guests of members pay four euros."
    passage = {"n": 1, "heading": "", "text": text, "score": 1.0, "coverage": 1.0}
    question = "What about guests? members pay day high season"
    assert quotes.best(question, [passage], latest="What about guests?")[0].text.startswith("Guests")
    assert quotes.best(question, [passage])[0].text.startswith("Members")


def test_a_word_of_a_follow_up_that_nothing_says_hides_nothing():
    passage = {"n": 1, "heading": "", "text": "From April on the gates close at seven.", "score": 1.0, "coverage": 1.0}
    question = "And in winter? When do the gates of the garden close in summer for visitors"
    assert quotes.best(question, [passage], latest="And in winter?")


def test_a_sentence_near_by_completes_what_does_not_say_what_is_asked_for():
    text = "The clock of the town hall was cast by Jan Wolters. It came by barge. The whole is nine tonnes."
    passage = {"n": 1, "heading": "", "text": text, "score": 1.0, "coverage": 1.0}
    asked = {"Who cast the clock of the town hall?": 1, "How heavy is the clock of the town hall?": 2}
    assert {question: len(quotes.best(question, [passage])) for question in asked} == asked


HEAD = "PEP: 616\nTitle: String methods to cut prefixes\nAuthor: Dennis Sweeney\n\nIt adds removeprefix to strings."


def test_each_field_above_a_text_is_quoted_alone():
    assert first("Who is the author?", HEAD, "") == "Author: Dennis Sweeney"


def test_what_is_mostly_an_address_is_no_sentence():
    text = (
        "[A tour of the harbour by boat](https://example.org/tour/of/the/harbour/by/boat). A tour goes by boat at six."
    )
    assert first("When does the harbour tour by boat go?", text, "") == "A tour goes by boat at six."
