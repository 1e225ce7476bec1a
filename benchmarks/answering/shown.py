"""An answer's parts: what it says in words, and the table that it shows. Code and queries are neither."""

import re
from collections.abc import Iterator

_QUERY = re.compile(r"^(?:Query|SQL): .*$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"\[\^?\d+(?:[-–,]\s*\d+)*\]|【\d+】")
_SPLIT = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:-]+")


def said(text: str) -> str:
    """The answer without queries, fenced code and citation marks."""
    return _MARK.sub("", _FENCE.sub("", _QUERY.sub("", text)))


def prose(text: str) -> str:
    """What is said outside of tables; a name in backticks (a table's, a column's) is not part of it."""
    lines = [line for line in said(text).splitlines() if not line.lstrip().startswith("|")]
    return re.sub(r"Table `[^`]*`", "", "\n".join(lines)).strip()


def table(text: str) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the Markdown tables shown, as one; both empty when there is none."""
    rows = list(_rows(text))
    return (rows[0], rows[1:]) if rows else ([], [])


def _rows(text: str) -> Iterator[list[str]]:
    for line in said(text).splitlines():
        if line.lstrip().startswith("|") and not _RULE.fullmatch(line):
            yield [cell.strip().replace("\\|", "|") for cell in _SPLIT.split(line.strip().strip("|"))]
