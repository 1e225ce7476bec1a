"""Questions that ask for a chart: which kind, and what is to be computed for it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mainstem.models.extractive.schema import TableSchema, name_stems
from mainstem.models.extractive.table_query import TableQuery

_KINDS = {"bar": "bar", "column": "bar", "line": "line", "area": "area", "scatter": "point", "point": "point"}
_CHART = r"(?:(?P<kind>bar|column|line|area|scatter|point)[\s-]?)?(?:charts?|plots?|graphs?|diagrams?)"
_ASKED = re.compile(
    rf"^(?:please\s+)?(?:(?:can|could|would)\s+you\s+)?(?:please\s+)?(?:draw|plot|chart|graph|show|make|create|give|render)"
    rf"(?:\s+(?:me|us))?(?:\s+(?:an?|the))?\s+{_CHART}\s+(?:of|for|showing|with|that\s+shows)\s+",
    re.IGNORECASE,
)
_TOLD = re.compile(r"^(?:please\s+)?(?:plot|chart|graph|draw)(?:\s+me)?\s+", re.IGNORECASE)
_ALONG = re.compile(r",\s*|\s+(?:and|by|per|over|against|versus|vs|for each)\s+(?:the\s+)?", re.IGNORECASE)
_BARE = re.compile(rf"^(?:an?\s+)?{_CHART}\s+(?:of|for|showing)\s+", re.IGNORECASE)
_BEHIND = re.compile(rf"[\s,]+(?:as|in)\s+an?\s+{_CHART}(?=\W*$)", re.IGNORECASE)


@dataclass(frozen=True)
class ChartRequest:
    """What a question wants drawn: the `question` without the words that ask for a chart, and the `kind` it names."""

    question: str
    kind: str | None = None

    def columns(self, tables: Sequence[Mapping[str, Any]]) -> TableQuery | None:
        """The query for *boats by harbour*, which names columns and nothing that is to be added up."""
        names = [name_stems(name) for name in _ALONG.split(self.question.strip(" ?.!"))]
        for table in map(TableSchema.parse, tables):
            known = {column.stems: replace(column, raw=None) for column in table.columns}  # numbers, and not as written
            if len(names) > 1 and all(name in known for name in names):
                columns = tuple(known[name] for name in dict.fromkeys(names))
                return TableQuery(table, columns=columns)
        return None

    def args(self, sql: str) -> dict[str, Any]:
        """The arguments of `draw_chart`."""
        return {"sql": sql, "kind": self.kind} if self.kind else {"sql": sql}


def asked_for(question: str) -> ChartRequest | None:
    """The chart that a question asks for; None where it asks for none."""
    for form in (_ASKED, _BARE, _BEHIND, _TOLD):
        found = form.search(question)
        if found and (rest := (question[: found.start()] + question[found.end() :]).strip()):
            return ChartRequest(rest, _KINDS.get((found.groupdict().get("kind") or "").lower()))
    return None
