"""The default model, turn by turn, as any graph would call it."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from mainstem.models.extractive import ExtractiveModel
from mainstem.models.extractive.answering import NOTHING_FOUND

TOOLS = ("search_documents", "calculate", "query_table", "save_note")
PASSAGE = {
    "n": 3,
    "document": "streams.md",
    "heading": "Resuming",
    "text": "# Resuming\n\nRivers are nice. A dropped stream is resumed with its last sequence number. "
    "Ask to resume a stream in time.\n\n```\nx\n```",
    "score": 2.0,
    "coverage": 0.9,
    "page": None,
    "line": 1,
    "start": 0,
    "end": 90,
}
PEOPLE = {"name": "people", "rows": 3, "columns": [{"name": "age", "type": "BIGINT"}]}


def model(*tools: str) -> Any:
    function = {"description": "", "parameters": {"type": "object", "properties": {}}}
    return ExtractiveModel().bind_tools([{"type": "function", "function": {"name": n, **function}} for n in tools])


def after(question: str, tool: str, args: dict[str, Any], content: str, artifact: Any = None, **more: Any) -> list[Any]:
    call = {"name": tool, "args": args, "id": "call_1"}
    return [
        HumanMessage(question),
        AIMessage("", tool_calls=[call]),
        ToolMessage(content, tool_call_id="call_1", artifact=artifact, **more),
    ]


def searched(question: str, *passages: dict[str, Any], tables: tuple[Any, ...] = ()) -> list[AnyMessage]:
    found = {"passages": list(passages), "tables": list(tables)}
    return after(question, "search_documents", {"query": question}, "…", found)


@pytest.mark.parametrize(
    ("question", "tool", "args"),
    [
        ("How do I resume?", "search_documents", {"query": "How do I resume?"}),
        ("what is 2^3?", "calculate", {"expression": "2**3"}),
        ("Save a note: buy milk", "save_note", {"title": "buy milk", "text": "buy milk"}),
        ("Remember that the key is blue.", "save_note", {"title": "the key is blue", "text": "the key is blue."}),
        ("please note: a b c d e f g h", "save_note", {"title": "a b c d e f g…", "text": "a b c d e f g h"}),
    ],
)
def test_the_first_move_is_a_tool_call(question: str, tool: str, args: dict[str, Any]) -> None:
    message = model(*TOOLS).invoke(question)
    assert [(call["name"], call["args"]) for call in message.tool_calls] == [(tool, args)]
    assert message.text == ""
    assert message.response_metadata["finish_reason"] == "tool_calls"


@pytest.mark.parametrize("question", ["How do I resume?", "what is 2+3?", "note: x"])
def test_without_its_tool_it_says_so(question: str) -> None:
    message = model().invoke(question)
    assert not message.tool_calls
    assert "it is not available here" in message.text


def test_a_heading_over_steps_is_said_without_a_mark() -> None:
    text = "## How to resume a stream\n\n1. Look up its number.\n2. Ask with it."
    told = model(*TOOLS).invoke(searched("How do I resume a stream?", PASSAGE | {"text": text})).text
    assert told == "## How to resume a stream\n\n1. Look up its number. [3]\n\n2. Ask with it. [3]"


async def test_it_quotes_word_by_word_with_the_passages_number() -> None:
    chunks = [c async for c in model(*TOOLS).astream(searched("How do I resume a dropped stream?", PASSAGE))]
    assert [c.text for c in chunks[:3]] == ["A ", "dropped ", "stream "]
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    assert whole.text == (
        "A dropped stream is resumed with its last sequence number. [3]\n\nAsk to resume a stream in time. [3]"
    )
    assert whole.additional_kwargs == {"label": "quoted, no model"}
    assert whole.response_metadata == {
        "finish_reason": "stop",
        "model_name": "extractive",
        "model_provider": "mainstem",
    }
    assert whole.usage_metadata is None


@pytest.mark.parametrize("passages", [(), ({**PASSAGE, "coverage": 0.3},), ({**PASSAGE, "text": "# Only a heading"},)])
def test_it_refuses_what_it_does_not_find(passages: tuple[Any, ...]) -> None:
    assert model(*TOOLS).invoke(searched("How do I resume a dropped stream?", *passages)).text == NOTHING_FOUND
    assert "--docs" in NOTHING_FOUND


def test_it_tells_why_a_search_failed() -> None:
    messages = after("x?", "search_documents", {"query": "x?"}, "The index is corrupt.", None, status="error")
    assert model(*TOOLS).invoke(messages).text == "The search failed: The index is corrupt."


def test_a_sentence_with_a_mark_of_its_own_is_not_quoted_before_others() -> None:
    marked = {
        **PASSAGE,
        "n": 1,
        "text": "A dropped stream is resumed as in [2]. A stream may be dropped, and resumed from its number.",
    }
    said = model(*TOOLS).invoke(searched("How is a dropped stream resumed?", marked)).text
    assert said.startswith("A stream may be dropped, and resumed from its number. [1]")


def quoted(question: str, text: str, heading: str = "") -> str:
    return model(*TOOLS).invoke(searched(question, {**PASSAGE, "n": 1, "text": text, "heading": heading})).text


def test_a_sentence_about_something_else_is_not_quoted() -> None:
    said = quoted("When does the ferry sail?", "The ferry sails at seven. Bring your own umbrella and a ticket.")
    assert said == "The ferry sails at seven. [1]"


def test_a_heading_without_a_mark_is_not_quoted() -> None:
    page = "Ferry tickets\n\nThe price of ferry tickets is twelve crowns."
    assert quoted("What do ferry tickets cost?", page, "Harbour > Ferry tickets") == (
        "The price of ferry tickets is twelve crowns. [1]"
    )


def test_what_says_no_more_than_the_question_is_not_quoted() -> None:
    page = "Ferry ticket price.\n\nA ferry ticket is sold for twelve crowns."
    assert quoted("What is the price of a ferry ticket?", page) == "A ferry ticket is sold for twelve crowns. [1]"


def test_a_yes_or_no_question_may_be_answered_in_its_own_words() -> None:
    assert quoted("Is a ferry ticket needed?", "A ferry ticket is needed.") == "A ferry ticket is needed. [1]"


def test_a_question_in_the_text_heads_its_answer() -> None:
    page = "How do I resume a stream?\n\nAsk for the last number.\n\nWhat is a note?\n\nIt is a file."
    assert quoted("How do I resume a stream?", page) == "Ask for the last number. [1]"


def test_a_line_that_names_what_is_asked_heads_the_next_one() -> None:
    page = "Harbour office\n\nOpening hours\n\nMonday to Friday 9 to 17\n\nParking is free."
    assert quoted("What are the opening hours?", page) == "Monday to Friday 9 to 17 [1]"


def test_a_well_made_sentence_about_something_else_is_no_reason_to_refuse() -> None:
    page = "The shop\n\nOpening hours\n\nMonday to Friday 9 to 17\n\nThe shop stands at the north quay, by the light."
    assert quoted("What are the opening hours?", page, "The shop") == "Monday to Friday 9 to 17 [1]"


def test_a_row_of_a_table_is_quoted_alone() -> None:
    assert (
        quoted("What does the route North cost?", "Route | Price\nSouth | 9\nNorth route | 12")
        == "North route | 12 [1]"
    )


def test_words_that_stand_in_code_alone_are_no_answer() -> None:
    assert quoted("hi", "To test a server, write a script.\n\n```\nask('hi')\n```") == NOTHING_FOUND


@pytest.mark.parametrize("question", ["a", "what is (((1+", "and the", "???", "7"])
def test_a_question_without_a_word_to_look_for_is_refused(question: str) -> None:
    message = model(*TOOLS).invoke(question)
    assert not message.tool_calls
    assert "no word" in message.text


def test_the_same_sentence_is_quoted_once() -> None:
    again = {**PASSAGE, "n": 4, "score": 1.0}
    said = model(*TOOLS).invoke(searched("How do I resume a dropped stream?", PASSAGE, again)).text
    assert said.count("A dropped stream") == 1


def test_a_sum_is_told() -> None:
    messages = after("2+3", "calculate", {"expression": "2+3"}, "5")
    assert model(*TOOLS).invoke(messages).text == "2+3 = 5"
    failed = after("9**9**9", "calculate", {"expression": "9**9**9"}, "That number is too large.", status="error")
    assert model(*TOOLS).invoke(failed).text == "That number is too large."


@pytest.mark.parametrize(("text", "status"), [("Saved notes/a.md.", "success"), ("You said no.", "error")])
def test_a_note_is_confirmed_in_the_tools_words(text: str, status: str) -> None:
    messages = after("note: a", "save_note", {"title": "a", "text": "a"}, text, status=status)
    assert model(*TOOLS).invoke(messages).text == text


def test_a_table_named_is_queried_and_told() -> None:
    question = "What is the average age of people?"
    asked = searched(question, PASSAGE, tables=(PEOPLE,))
    call = model(*TOOLS).invoke(asked).tool_calls[0]
    assert (call["name"], call["args"]) == ("query_table", {"sql": 'SELECT AVG("age") FROM "people"'})
    answer = AIMessage("", tool_calls=[{**call, "id": "call_2"}])
    rows = {"columns": ["avg"], "rows": [[34.5]], "truncated": False}
    said = model(*TOOLS).invoke([*asked, answer, ToolMessage("…", tool_call_id="call_2", artifact=rows)]).text
    assert said.startswith("The average of age, from the table people: 34.5.")
    failed = ToolMessage("No such table.", tool_call_id="call_2", status="error")
    assert "could not be queried: No such table." in model(*TOOLS).invoke([*asked, answer, failed]).text


@pytest.mark.parametrize(
    "question",
    [
        "list the tables",
        "Which tables are there?",
        "What tables do you have?",
        "show me all tables",
        "tables",
        "How many tables are there?",
    ],
)
def test_asked_which_tables_there_are_it_lists_them(question: str) -> None:
    assert model(*TOOLS, "list_tables").invoke(question).tool_calls[0]["name"] == "list_tables"
    found = after(
        question,
        "list_tables",
        {},
        "a (1 rows, from a.csv): x BIGINT\nb (2 rows, from b.csv): y VARCHAR",
        {"tables": [{}, {}]},
    )
    said = model(*TOOLS, "list_tables").invoke(found).text
    assert said == "- a (1 rows, from a.csv): x BIGINT\n- b (2 rows, from b.csv): y VARCHAR"
    none = after(question, "list_tables", {}, "There are no tables.", {"tables": []})
    assert model(*TOOLS, "list_tables").invoke(none).text == "There are no tables."


@pytest.mark.parametrize(
    "question",
    [
        "What is a table?",
        "What are tables?",
        "Which tables are about ships?",
        "How do I index tables?",
        "How are tables indexed?",
    ],
)
def test_what_tables_are_is_looked_up(question: str) -> None:
    assert model(*TOOLS, "list_tables").invoke(question).tool_calls[0]["name"] == "search_documents"


def test_without_the_table_tool_it_quotes() -> None:
    asked = searched("What is the average age of people who resume a dropped stream?", PASSAGE, tables=(PEOPLE,))
    assert "[3]" in model("search_documents").invoke(asked).text


def test_only_the_last_turn_counts() -> None:
    messages = [SystemMessage("Be kind."), *searched("old?", PASSAGE), AIMessage("old answer"), HumanMessage("1+1")]
    assert model(*TOOLS).invoke(messages).tool_calls[0]["name"] == "calculate"


def test_a_follow_up_carries_the_words_of_the_question_before() -> None:
    messages = [HumanMessage("What was net revenue in 2023?"), AIMessage("5"), HumanMessage("and in 2022?")]
    query = model(*TOOLS).invoke(messages).tool_calls[0]["args"]["query"]
    assert query == "and in 2022? net revenue"
    new = [*messages[:2], HumanMessage("Who founded the company in Bergen?")]
    assert model(*TOOLS).invoke(new).tool_calls[0]["args"]["query"] == "Who founded the company in Bergen?"


def searched_for(*questions: str) -> str:
    messages = [message for question in questions[:-1] for message in (HumanMessage(question), AIMessage("So."))]
    return model(*TOOLS).invoke([*messages, HumanMessage(questions[-1])]).tool_calls[0]["args"]["query"]


@pytest.mark.parametrize(
    "question",
    [
        "What is a law?",
        "ttft",
        "How do I stop?",
        "There are other formats for what?",
        "Is there a tool that saves notes?",
        "How do I index a folder and its subfolders?",
        "Is it possible to index spreadsheets?",
    ],
)
def test_a_new_topic_takes_nothing_over(question: str) -> None:
    assert searched_for("How do I resume a dropped stream?", question) == question


@pytest.mark.parametrize(
    "question",
    [
        "What does it cost?",
        "and on Sundays?",
        "What about children?",
        "in winter?",
        "Why?",
        "Which year?",
        "Who owns it?",
    ],
)
def test_what_says_too_little_takes_over_the_topic(question: str) -> None:
    assert searched_for("When does the ferry sail?", question) == f"{question} ferry sail"


def test_a_follow_up_of_a_follow_up_keeps_the_topic() -> None:
    asked = ("What was net revenue in 2023?", "and in 2022?", "and in 2021?")
    assert searched_for(*asked) == "and in 2021? net revenue"


def test_an_artifact_that_is_lost_is_no_crash() -> None:
    messages = after("x y?", "search_documents", {"query": "x y?"}, "…", None)
    assert model(*TOOLS).invoke(messages).text == NOTHING_FOUND


def test_asked_nothing_it_says_so() -> None:
    assert "asked nothing" in model(*TOOLS).invoke([SystemMessage("Be kind.")]).text
