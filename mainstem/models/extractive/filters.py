"""The rows that a question is about: quoted and capitalised values, years, and comparisons with numbers."""

import re
from dataclasses import dataclass, field

from mainstem.models.extractive.schema import ColumnSchema, TableSchema, name_words
from mainstem.models.stemming import stem, words

_QUOTED = re.compile(r"[\"“”]([^\"“”]{1,80})[\"“”]|(?<!\w)['‘]([^'’]{1,80})['’](?!\w)")
_CAPITALISED = re.compile(r"(?<![.?!]\s)(?<!^)(?<=\s)([A-Z][\w&.-]*(?:\s+[A-Z][\w&.-]*)*)")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?(?![\w%])")
_YEAR = re.compile(r"^(?:1[5-9]|20)\d\d$")
_YEAR_NAMES = {"year", "yr", "season", "edition", "date"}
_LIMITS = re.compile(r"\b(?:top|first|last|best|worst|show|list)\s+(?:the\s+)?$", re.IGNORECASE)
_COMPARISONS = {
    ">=": r"at\s+least|not\s+less\s+than|no\s+fewer\s+than|>=",
    "<=": r"at\s+most|not\s+more\s+than|no\s+more\s+than|up\s+to|<=",
    ">": r"over|above|(?:more|greater|higher|larger|older|longer)\s+than|exceeding|exceeds?|after|>",
    "<": r"under|below|(?:less|fewer|lower|smaller|younger|shorter)\s+than|before|<",
}


@dataclass
class Filters:
    """SQL conditions, the columns they compare, and the words (lower case) of the question that they use up."""

    conditions: list[str] = field(default_factory=list[str])
    columns: list[ColumnSchema] = field(default_factory=list[ColumnSchema])
    used: set[str] = field(default_factory=set[str])

    def add(self, condition: str, columns: list[ColumnSchema], text: str) -> None:
        """Take one more condition, found in `text`."""
        self.conditions.append(condition)
        self.columns += columns
        self.used |= {word.lower() for word in words(text)}


def find(question: str, table: TableSchema) -> Filters:
    """The conditions of a question on a table; none when it names no values."""
    found = Filters()
    rest = question
    for match in _QUOTED.finditer(question):
        _equal(match[1] or match[2], question[: match.start()], table, found)
        rest = rest.replace(match[0], " " * len(match[0]))
    rest = table.without_name(rest)
    _numbers(rest, table, found)
    for match in _CAPITALISED.finditer(rest):
        value = match[1].rstrip(".-")
        if not _is_name(value, table):
            _equal(value, rest[: match.start()], table, found)
    return found


def _equal(value: str, before: str, table: TableSchema, found: Filters) -> None:
    # "revenue of North America": a number column is no place for a name, unless it is all there is
    named = next((column for column in [_column_before(before, table)] if column and not column.numeric), None)
    columns = [named] if named else [column for column in table.columns if column.textual]
    if not columns:
        return
    literal = value.strip().lower().replace("'", "''")
    tests = [f"lower(CAST({_quoted(column)} AS VARCHAR)) = '{literal}'" for column in columns]
    found.add(tests[0] if len(tests) == 1 else "(" + " OR ".join(tests) + ")", [named] if named else [], value)


def _numbers(text: str, table: TableSchema, found: Filters) -> None:
    for match in _NUMBER.finditer(text):
        before, number = text[: match.start()], match[0].replace(",", "")
        if _LIMITS.search(before):
            found.used.add(number)
            continue
        operator = _operator(before)
        column = _year_column(table) if _YEAR.match(number) else None
        column = column or _column_before(before, table, near=operator == "=") or _compared(text, table, operator)
        if column and column.numeric:
            found.add(f"{_quoted(column)} {operator} {number}", [column], match[0])
        elif column and _YEAR.match(number):
            found.add(f"CAST({_quoted(column)} AS VARCHAR) LIKE '%{number}%'", [column], match[0])


def _operator(before: str) -> str:
    """The comparison that the words just before a number make."""
    found = (sign for sign, said in _COMPARISONS.items() if re.search(rf"(?:{said})\s*$", before, re.IGNORECASE))
    return next(found, "=")


def _year_column(table: TableSchema) -> ColumnSchema | None:
    return next(
        (column for column in table.columns if _YEAR_NAMES & set(words(column.name.lower().replace("_", " ")))), None
    )


def _column_before(before: str, table: TableSchema, *, near: bool = True) -> ColumnSchema | None:
    """The column named just before a value (`near`), or the last one named anywhere before it."""
    text = " ".join(words(before.replace("_", " "))[-4:]) if near else before
    mentioned = table.mentioned(text)
    return mentioned[-1] if mentioned else None


def _compared(text: str, table: TableSchema, operator: str) -> ColumnSchema | None:
    """What a comparison is about when no column is named before it: *older than 30*, *more than 50 by fare*."""
    if operator == "=":
        return None
    if re.search(r"\b(?:older|younger)\s+than\b", text, re.IGNORECASE):
        return next((column for column in table.columns if column.name.lower() == "age"), None)
    numeric = [column for column in table.mentioned(text) if column.numeric]
    return numeric[0] if len(numeric) == 1 else None


def _is_name(value: str, table: TableSchema) -> bool:
    names = {part for name in (table.name, *(column.name for column in table.columns)) for part in name_words(name)}
    return all(stem(word) in names for word in words(value)) or value == "I"


def _quoted(column: ColumnSchema) -> str:
    return '"' + column.name.replace('"', '""') + '"'
