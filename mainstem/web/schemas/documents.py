"""Documents and tables, and passages of them."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from mainstem.knowledge import Document, Table


class DocumentSummary(BaseModel):
    """An indexed document."""

    id: str
    document: str = Field(description="Its name, as citations give it.")
    kind: str
    chars: int
    passages: int
    indexed_at: datetime

    @classmethod
    def of(cls, document: Document, key: str) -> Self:
        """The summary of `document`, which is called `key`."""
        return cls(id=key, **document.__dict__)


class TableSummary(BaseModel):
    """An indexed table."""

    id: str = Field(description="Of the document that holds it.")
    name: str
    document: str
    columns: dict[str, str] = Field(description="Names and DuckDB types.")
    rows: int

    @classmethod
    def of(cls, table: Table, key: str) -> Self:
        """The summary of `table`, whose document is called `key`."""
        columns = {column.name: column.type for column in table.columns}
        return cls(id=key, name=table.name, document=table.document, columns=columns, rows=table.rows)


class SkippedDocument(BaseModel):
    """A file that is not indexed for what is in it; it is tried again when it changes."""

    document: str
    reason: str


class UnreadFiles(BaseModel):
    """Files that were passed over because files of their kind are not read."""

    suffix: str = Field(description="How their names end.")
    files: int


class Collection(BaseModel):
    """Documents and tables that are searched together."""

    name: str
    documents: list[DocumentSummary]
    tables: list[TableSummary]
    skipped: list[SkippedDocument] = Field(default=[], description="What could not be read, and why.")
    unread: list[UnreadFiles] = Field(default=[], description="Kinds of files that are not read.")


class DocumentList(BaseModel):
    """Everything that is indexed."""

    collections: list[Collection]


class PassageText(BaseModel):
    """Part of a document, with what stands around it."""

    document: str
    before: str
    text: str
    after: str
    start: int
    end: int
    total_chars: int
