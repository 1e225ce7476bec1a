"""The spans of a question, of which each rule takes those that it accounts for."""

from collections.abc import Iterable

from mainstem.models.extractive.lexicon import ASK, NOT
from mainstem.models.extractive.schema import ColumnSchema, TableSchema
from mainstem.models.extractive.span import COLUMN, UNKNOWN, Span
from mainstem.models.extractive.spans import spans


class NotUnderstoodError(Exception):
    """Some words of a question that mean nothing here, or nothing together."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)
        super().__init__(", ".join(self.words))


class TableQuestion:
    """The spans of a question by their places; a place that was used is not found again.

    Raises `NotUnderstoodError` where a word means nothing.
    """

    def __init__(self, question: str, table: TableSchema) -> None:
        self.table = table
        self.spans = spans(question, table)
        self._used: set[int] = set()
        if unknown := [span.text for span in self.spans if span.label == UNKNOWN]:
            raise NotUnderstoodError(unknown)

    def label(self, at: int) -> str:
        """The label at a place; empty where there is no span, or a used one."""
        return self.spans[at].label if 0 <= at < len(self.spans) and at not in self._used else ""

    def all(self, *labels: str) -> list[int]:
        """The unused places with one of the labels."""
        return [at for at in range(len(self.spans)) if self.label(at) in labels]

    def use(self, *places: int) -> None:
        """Account for places."""
        self._used.update(places)

    def take(self, *labels: str) -> Span | None:
        """The first unused span with one of the labels, used from now on."""
        found = self.all(*labels)
        self.use(*found[:1])
        return self.spans[found[0]] if found else None

    def takes_not(self, at: int) -> bool:
        """Whether a negation stands right before a place; it is used then."""
        is_negated = self.label(at - 1) == NOT
        self.use(*([at - 1] if is_negated else []))
        return is_negated

    def column(self, at: int) -> ColumnSchema | None:
        """The column that an unused span at a place names."""
        return self.spans[at].column if self.label(at) == COLUMN else None

    def columns(self) -> list[ColumnSchema]:
        """The columns that unused spans name, each once."""
        return list(dict.fromkeys(column for at in self.all(COLUMN) if (column := self.column(at))))

    def words(self) -> set[str]:
        """What is asked for: *who*, *when*, *where*, *how*, *which*."""
        return {self.spans[at].value for at in self.all(ASK)}

    def times_and_places(self) -> list[ColumnSchema]:
        """The column that *when* asks for, and that of *where*, unless one is named; each must be the only one."""
        found: list[ColumnSchema] = []
        for word, ways in (("when", ("is_day", "is_year")), ("where", ("is_place",))):
            is_named = any(getattr(column, way) for column in self.columns() for way in (*ways, "is_clock", "is_month"))
            if word not in self.words() or (is_named and word == "when"):
                continue
            column = self.table.one(ways[0]) or self.table.one(*ways)
            if column is None:
                raise NotUnderstoodError([word])
            found.append(column)
        return found

    def is_ordinal(self, column: ColumnSchema) -> bool:
        """Whether the numbers of a column are no amounts, but say which row it is."""
        return column == self.table.columns[0] or column.is_ordinal

    def use_column(self, column: ColumnSchema) -> None:
        """Account for each name of a column that is not what is asked for: *which region*."""
        self.use(*(at for at in self.all(COLUMN) if self.column(at) == column and self.label(at - 1) != ASK))

    def left(self) -> list[str]:
        """The words that nothing has accounted for."""
        return [span.text for at, span in enumerate(self.spans) if at not in self._used]
