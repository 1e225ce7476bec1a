"""Search the indexed documents."""

from typing import Annotated, Any

from langchain_core.tools import InjectedToolArg

from mainstem.text import counted

from .decorator import tool
from .finding import find


@tool(artifact=True, numbers_passages=True)
async def search_documents(
    query: str, collection: str | None = None, first_number: Annotated[int, InjectedToolArg] = 1
) -> tuple[str, dict[str, Any]]:
    """Find passages of the user's documents, and tables that fit the question.

    Args:
        query: What to look for: the question itself, or its key words.
        collection: "mainstem" searches the manual of this program instead of the user's documents.
    """
    found = await find(query, collection=collection, first_number=first_number)
    passages, tables = found.get("passages", []), found.get("tables", [])
    return _words(passages, tables), {"passages": passages, "tables": tables}


def _words(passages: list[dict[str, Any]], tables: list[dict[str, Any]]) -> str:
    if not passages and not tables:
        return "Nothing was found. Try other words, or list_tables."
    said = [f"[{p['n']}] {p['document']}{_where(p)}\n{p['text']}" for p in passages]
    said += [
        f"Table {t['name']} ({counted(t['rows'], 'row')}): {', '.join(c['name'] for c in t['columns'])}" for t in tables
    ]
    return "\n\n".join(said)


def _where(passage: dict[str, Any]) -> str:
    place = f", page {passage['page']}" if passage["page"] else f", line {passage['line']}" if passage["line"] else ""
    return f"{place} ({passage['heading']})" if passage["heading"] else place
