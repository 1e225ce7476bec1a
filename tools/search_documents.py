"""Search the indexed documents."""

from typing import Annotated, Any

from langchain_core.tools import InjectedToolArg, ToolException

from mainstem.knowledge.searching import only
from mainstem.models.retrieved import Retrieved
from mainstem.text import counted

from .decorator import tool
from .search_results import find


@tool(artifact=True, numbers_passages=True)
async def search_documents(
    query: str,
    collection: str | None = None,
    folder: str | None = None,
    file_type: str | None = None,
    since: str | None = None,
    until: str | None = None,
    first_number: Annotated[int, InjectedToolArg] = 1,
) -> tuple[str, dict[str, Any]]:
    """Find passages of the user's documents, and tables that fit the question.

    Args:
        query: What to look for: the question itself, or its key words.
        collection: "mainstem" searches the manual of this program instead of the user's documents.
        folder: Search only this folder or file, named as documents are.
        file_type: Search only files of this type, such as "pdf", or of several: "md, txt".
        since: Search only files changed on or after this day, such as "2024-05-31".
        until: Search only files changed on or before this day.
    """
    try:
        meant = only(folder, file_type, since, until)
    except ValueError as error:
        raise ToolException(str(error)) from error
    found = await find(query, collection=collection, first_number=first_number, only=meant)
    return _words(found), {**found}


def _words(found: Retrieved) -> str:
    passages, tables, slips = found.get("passages", []), found.get("tables", []), found.get("respelled", {})
    if not passages and not tables:
        return "Nothing was found. Try other words, or list_tables."
    said = [f"“{word}” stands nowhere; it was taken for “{other}”." for word, other in slips.items()]
    said += [f"[{p['n']}] {p['document']}{_where(p)}\n{p['text']}" for p in passages]
    said += [
        f"Table {t['name']} ({counted(t['rows'], 'row')}): {', '.join(c['name'] for c in t['columns'])}" for t in tables
    ]
    return "\n\n".join(said)


def _where(passage: dict[str, Any]) -> str:
    place = f", page {passage['page']}" if passage["page"] else f", line {passage['line']}" if passage["line"] else ""
    return f"{place} ({passage['heading']})" if passage["heading"] else place
