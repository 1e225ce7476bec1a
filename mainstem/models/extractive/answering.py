"""The default model's next move: a tool call, or words. A pure function of the conversation and the bound tools."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from langchain_core.messages import BaseMessage

from mainstem.models.citation_marks import unmarked
from mainstem.models.extractive import arithmetic, conversation, quotes, spelling, tables
from mainstem.models.extractive.answerable import answers
from mainstem.models.extractive.candidates import near_best
from mainstem.models.extractive.conversation import Exchange, ToolReply
from mainstem.models.extractive.expected import expected
from mainstem.models.extractive.intents import NOTE, intent, names_something
from mainstem.models.extractive.introduction import introduction
from mainstem.models.retrieved import Retrieved

NOTHING_FOUND = (
    "I found nothing in the documents that answers this. Name another folder with --docs, or use a model: set "
    "OPENAI_API_KEY or OPENAI_BASE_URL."
)
NEAREST = "I found nothing in the documents that answers this. What comes nearest:"
_NEAREST = 2
BLIND = "I cannot see pictures: I answer the words of the question alone."
_NO_QUESTION = "I was asked nothing. Ask a question about the documents."
_NO_WORDS = "There is no word in this question that I could look for. Ask about something that the documents may say."
_NO_TOOL = (
    "I can only {what} with the tool {tool}, and it is not available here. Bind it, or use a model: set OPENAI_API_KEY."
)
_TITLE_WORDS = 7
_ROW = re.compile(r"^\||\S: .* \| \S+.*: ")
"""A row of a table that stands in a document."""

_SURE = 0.75
"""Share of a question for rows of a table that a passage must hold to be quoted where the table cannot be queried."""


@dataclass(frozen=True)
class ToolRequest:
    """A tool to call, with its arguments."""

    tool: str
    args: dict[str, Any]


def next_step(messages: Sequence[BaseMessage], tools: frozenset[str]) -> ToolRequest | str:
    """What to do next: call a tool, or say these words."""
    exchange = conversation.last_exchange(messages)
    step = _next(exchange, tools)
    return f"{BLIND}\n\n{step}" if exchange.has_picture and isinstance(step, str) else step


def _next(exchange: Exchange, tools: frozenset[str]) -> ToolRequest | str:
    if not exchange.question:
        return _NO_QUESTION
    if not exchange.results:
        return _begin(exchange, tools)
    result = exchange.results[-1]
    answer = _ANSWERS.get(result.tool)
    return answer(exchange, result, tools) if answer else result.text or NOTHING_FOUND


def _begin(exchange: Exchange, tools: frozenset[str]) -> ToolRequest | str:
    if exchange.found is not None and "notes" in exchange.found:
        return exchange.found["notes"] or NOTHING_FOUND
    wanted = intent(exchange.question)
    if wanted == "note" and (note := NOTE.match(exchange.question)):
        text = note["text"].strip()
        return _use("save_note", {"title": _title(text), "text": text}, tools, "save notes")
    if wanted == "sum" and (expression := arithmetic.expression(exchange.question)):
        return _use("calculate", {"expression": expression}, tools, "calculate")
    if wanted == "tables" and "list_tables" in tools:
        return ToolRequest("list_tables", {})
    if wanted in ("documents", "greeting", "help"):
        return introduction(wanted, exchange.found)
    if not names_something(exchange.query):
        return _NO_WORDS
    if exchange.found is not None:
        return _from_found(exchange, exchange.query, exchange.found, tools)
    return _use("search_documents", {"query": exchange.query}, tools, "look into the documents")


def _use(tool: str, args: dict[str, Any], tools: frozenset[str], what: str) -> ToolRequest | str:
    return ToolRequest(tool, args) if tool in tools else _NO_TOOL.format(what=what, tool=tool)


def _title(text: str) -> str:
    words = text.split()
    return " ".join(words[:_TITLE_WORDS]).rstrip(".,;:!?") + ("…" if len(words) > _TITLE_WORDS else "")


def _told(exchange: Exchange, result: ToolReply, tools: frozenset[str]) -> str:
    return result.text or "Done."


def _calculated(exchange: Exchange, result: ToolReply, tools: frozenset[str]) -> str:
    expression = str(result.args.get("expression", ""))
    if result.failed or "=" in result.text or not expression:
        return result.text
    return f"{expression} = {result.text}"


def _searched(exchange: Exchange, result: ToolReply, tools: frozenset[str]) -> ToolRequest | str:
    if result.failed:
        return f"The search failed: {result.text}"
    query = str(result.args.get("query") or exchange.query)
    return _from_found(exchange, query, cast("Retrieved", result.artifact), tools)


def _from_found(exchange: Exchange, query: str, found: Retrieved, tools: frozenset[str]) -> ToolRequest | str:
    passages = near_best(found.get("passages") or [])
    coverage = max((float(passage.get("coverage") or 0.0) for passage in passages), default=0.0)
    covered = coverage >= quotes.min_coverage(found.get("among") or 0)
    read = _reading(exchange, found) if "query_table" in tools else None
    if read and read.query and exchange.chart and "draw_chart" in tools:
        return ToolRequest("draw_chart", exchange.chart.args(read.query.sql()))
    computed = ToolRequest("query_table", {"sql": read.query.sql()}) if read and read.query else None
    is_loose = bool(read and read.may_show_several and expected(exchange.question))
    wants_rows = tables.asks_to_list(exchange.question)
    if computed and read and (wants_rows or not (covered and (is_loose or not read.is_clear))):
        return computed
    wants_number = exchange.chart or tables.asks_to_compute(exchange.question)
    asked = read and (wants_number or (read.wants_rows and coverage < _SURE))
    if read and not read.query and read.is_about and (asked or not covered):
        return tables.not_understood(read)
    said = _quoted(exchange, query, found, passages, covered=covered)
    if computed and read and read.is_clear and said.startswith((NOTHING_FOUND, NEAREST)):
        return computed
    if read and not read.query and any(_is_row(line, read) for line in said.split("\n\n")):
        return tables.not_understood(read)  # a row that shares some words with the question does not answer it
    return said


def _quoted(
    exchange: Exchange, query: str, found: Retrieved, passages: Sequence[Mapping[str, Any]], *, covered: bool
) -> str:
    """The sentences that answer the question, or what comes nearest."""
    slips = found.get("respelled") or {}
    asked = _as_read(query, slips)
    latest = exchange.question if len(exchange.questions) > 1 else ""
    said = quotes.best(asked, passages, latest=latest)
    if not said:
        return NOTHING_FOUND
    quoted = [_cited(quote) for quote in said]
    if not answers(asked, said, passages, found.get("among") or 0):
        return "\n\n".join([NEAREST, *quoted[:_NEAREST]]) if covered else NOTHING_FOUND
    return "\n\n".join([*_told_slips(slips), *quoted])


def _cited(quote: quotes.Quote) -> str:
    """A quote and its mark; a heading, which leads to the steps below it, says nothing that could be cited."""
    text = unmarked(quote.text)
    return text if text.startswith("#") else f"{text} [{quote.n}]"


def _is_row(text: str, read: tables.Reading) -> bool:
    """Whether a quote is a row of a table: of any, where the question is about one, and else of that one."""
    named = any(f"{column.name}: " in text for column in read.table.columns)
    return bool(_ROW.search(text)) and (read.is_about or named)


def _reading(exchange: Exchange, found: Retrieved) -> tables.Reading | None:
    """What the question means for the tables, as it is written, or else with its slips put right."""
    said, described = list(exchange.questions[:-1]), found.get("tables") or []
    if exchange.chart and (columns := exchange.chart.columns(described)):
        return tables.Reading(columns.table, columns, (), len(columns.columns))
    written = tables.read([*said, exchange.question], described)
    if written and written.query:
        return written
    right = _as_read(exchange.question, found.get("respelled") or {})
    read = tables.read([*said, right], described) or written
    slips = spelling.respelled(read.words, read.table.words) if read and not read.query else {}
    again = tables.read([*said, _as_read(right, slips)], described) if slips else None
    return replace(again, slips=slips) if again and again.query else read


def _as_read(question: str, slips: Mapping[str, str]) -> str:
    """The question with the words that its misspelt ones were taken for; a name keeps its capital."""

    def right(word: re.Match[str]) -> str:
        other = slips.get(word[0].lower(), word[0])
        return other.capitalize() if word[0].istitle() else other

    return re.sub(r"[^\W_]+", right, question)


def _told_slips(slips: Mapping[str, str]) -> list[str]:
    return [f"(Taken {', '.join(f'“{word}” for “{other}”' for word, other in slips.items())}.)"] if slips else []


def _listed(exchange: Exchange, result: ToolReply, tools: frozenset[str]) -> str:
    if result.failed:
        return f"The tables could not be listed: {result.text}"
    if not result.artifact.get("tables"):
        return result.text
    return "\n".join(line if line.startswith(" ") else f"- {line}" for line in result.text.splitlines())


def _queried(exchange: Exchange, result: ToolReply, tools: frozenset[str]) -> str:
    if result.failed:
        return f"The table could not be queried: {result.text}"
    found = _answered_from(exchange)
    read = _reading(exchange, found)
    told = tables.tell(read, str(result.args.get("sql", "")), result.artifact)
    slips = {**(found.get("respelled") or {}), **(read.slips if read else {})}
    undrawn = [f"No chart: {one.text}" for one in exchange.results if one.tool == "draw_chart" and one.failed]
    return "\n\n".join([*undrawn, *_told_slips(slips), told])


def _drawn(exchange: Exchange, result: ToolReply, tools: frozenset[str]) -> ToolRequest | str:
    sql = str(result.args.get("sql", ""))
    if result.failed:
        return ToolRequest("query_table", {"sql": sql}) if "query_table" in tools else result.text
    said = result.text.partition("\n")[0]  # which chart it is, or that none is right
    return f"{said}\n\n{_queried(exchange, result, tools)}"


def _answered_from(exchange: Exchange) -> Retrieved:
    """What the question was answered from."""
    searched = next((one for one in exchange.results if one.tool == "search_documents"), None)
    return exchange.found or cast("Retrieved", searched.artifact if searched else {})


_ANSWERS: dict[str, Callable[[Exchange, ToolReply, frozenset[str]], ToolRequest | str]] = {
    "save_note": _told,
    "calculate": _calculated,
    "list_tables": _listed,
    "search_documents": _searched,
    "query_table": _queried,
    "draw_chart": _drawn,
}
