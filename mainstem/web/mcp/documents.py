"""The tool `search_documents`, and documents as resources."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mainstem.models.guard.configured import amasked
from mainstem.stores.knowledge import BUNDLED, USER
from mainstem.stream.extras import extra

from ..problems import Problem
from ..run_manager import RunManager

with extra("mcp"):
    from mcp import types

SCHEME = "mainstem://documents/"
"""Of a document's address, before its name."""

MAX_CHARS = 200_000
"""Characters of a document that are told at once."""


class Searched(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, Field(min_length=1, max_length=2000, description="A question, or its key words.")]
    limit: Annotated[int, Field(ge=1, le=30, description="Passages at most.")] = 8


SEARCH = types.Tool(
    name="search_documents",
    title="Search the documents",
    description="Find passages of the user's own documents, and tables that fit, without asking a model.",
    input_schema=Searched.model_json_schema(),
    annotations=types.ToolAnnotations(read_only_hint=True, open_world_hint=False),
)


class Documents:
    """The documents that a request's user may see, masked as for a model: whoever reads them may be one."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager

    async def search(self, given: Mapping[str, Any]) -> types.CallToolResult:
        """The passages and tables that fit. Raises `Problem`, `KnowledgeError`."""
        try:
            asked = Searched.model_validate(given)
        except ValidationError as error:
            raise Problem(422, "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())) from None
        session, scope = await self._manager.documents.open(), self._manager.documents
        paths = await scope.of_user(self._manager.gate.user.id) or session.settings.docs or None
        found = await session.library.search(asked.query, paths=paths, limit=asked.limit)
        told = await amasked(found.told(), session.settings)
        lines = [f"[{each['n']}] {each['document']}\n{each['text']}" for each in told["passages"]]
        lines += [f"Table {each['name']}: {', '.join(_columns(each))}" for each in told["tables"]]
        text = "\n\n".join(lines) or "Nothing was found. Try other words."
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content=_plain(told), is_error=False
        )

    async def listed(self) -> list[types.Resource]:
        """Every document as a resource."""
        if not self._manager.documents.available:
            return []
        session = await self._manager.documents.open()
        paths = self._manager.documents.listed
        documents = await session.library.documents(collection=USER, paths=paths)
        manual = await session.library.documents(collection=BUNDLED)
        return [_resource(each.document, each.chars) for each in (*documents, *manual)]

    async def read(self, uri: str) -> types.TextResourceContents:
        """A document's text. Raises `NotFound`, `KnowledgeError`."""
        if not uri.startswith(SCHEME):
            raise Problem(404, f"There is no resource {uri!r:.200}.", hint="resources/list names them.")
        session = await self._manager.documents.open()
        page = await self._manager.documents.page(unquote(uri.removeprefix(SCHEME)), 0, MAX_CHARS)
        text = await amasked(page.text, session.settings)
        return types.TextResourceContents(uri=uri, mime_type="text/plain", text=text)


def _resource(name: str, chars: int) -> types.Resource:
    return types.Resource(
        uri=SCHEME + quote(name), name=name, mime_type="text/plain", description=f"{chars:,} characters of text"
    )


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    fields = ("document", "page", "line", "heading", "text")
    passages = [{key: each[key] for key in fields} for each in told["passages"]]
    tables = [{"name": each["name"], "columns": _columns(each)} for each in told["tables"]]
    return {"passages": passages, "tables": tables}


def _columns(table: Mapping[str, Any]) -> list[str]:
    return [column["name"] for column in table["columns"]]
