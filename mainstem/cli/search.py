"""`mainstem search`: what a model would be given for a question."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mainstem.text import counted, one_line, short

from .failures import UsageError, exit_on_error, say
from .options import DocsOption, HomeOption, settings_of

if TYPE_CHECKING:
    from mainstem.knowledge import Only, SearchResult
    from mainstem.settings import Settings

_SHOWN = 600

QueryArgument = Annotated[str, typer.Argument(metavar="QUERY", help="A question, or its key words.")]
Folder = Annotated[str | None, typer.Option("--folder", metavar="NAME", help="Only this folder or file, as listed.")]
Kind = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only files of this type: pdf, or md,txt.")]
Since = Annotated[str | None, typer.Option("--since", metavar="DAY", help="Only files changed on DAY or later.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DAY", help="Only files changed on DAY or before.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Passages at most.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object: passages, tables.")]


def search(
    query: QueryArgument,
    docs: DocsOption = None,
    folder: Folder = None,
    kind: Kind = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 8,
    as_json: AsJson = False,
    home: HomeOption = None,
) -> None:
    """Show the passages and tables that a model would be given for a question."""
    with exit_on_error():
        from mainstem.knowledge.searching import only

        if not query.strip():
            raise UsageError("The query is empty: write what to look for.")
        try:
            meant = only(folder, kind, since, until)
        except ValueError as error:
            raise UsageError(str(error)) from None
        found, told = asyncio.run(_search(settings_of(home=home, docs=docs), query, limit, meant))
        if as_json:
            typer.echo(json.dumps({"collection": found.collection, **told}, ensure_ascii=False, default=str))
        else:
            _show(found, told, of_some=meant is not None)


async def _search(
    settings: "Settings", query: str, limit: int, meant: "Only | None"
) -> "tuple[SearchResult, dict[str, Any]]":
    """What was found, and what of it a model is told."""
    from mainstem.knowledge.index_cache import library, prepare
    from mainstem.models.guard.configured import amasked

    await prepare(settings, lambda progress: None if progress.unchanged else say(f"reading {progress.label}"))
    opened = library(settings)
    try:
        found = await opened.search(query, paths=settings.docs or None, limit=limit, only=meant)
        return found, await amasked(found.told(), settings)
    finally:
        await opened.close()


def _show(found: "SearchResult", told: dict[str, Any], *, of_some: bool) -> None:
    for word, other in found.respelled.items():
        say(f"{word!r} stands nowhere; it was taken for {other!r}.")
    for passage in told["passages"]:
        typer.echo(
            f"[{passage['n']}] {_place(passage)}  score {passage['score']:.2f}, covers {passage['coverage']:.0%}"
        )
        typer.echo(f"    {short(one_line(passage['text']), _SHOWN)}\n")
    for table in told["tables"]:
        columns = ", ".join(column["name"] for column in table["columns"])
        typer.echo(f"table {one_line(table['name'])}  {counted(table['rows'], 'row')}: {one_line(columns)}")
    if not found.passages and not found.tables:
        where = " in the files that --folder, --type, --since and --until leave" if of_some else ""
        say(f"Nothing was found{where}. Try other words; `mainstem docs` lists what is indexed.")


def _place(passage: dict[str, Any]) -> str:
    page, line = passage["page"], passage["line"]
    place = f", page {page}" if page else f", line {line}" if line else ""
    heading = f" ({one_line(passage['heading'])})" if passage["heading"] else ""
    return f"{one_line(passage['document'])}{place}{heading}"
