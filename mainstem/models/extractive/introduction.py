"""What the default model says of itself and of what it has to answer from."""

from collections.abc import Mapping, Sequence
from typing import Any

from mainstem.models.extractive.intents import Intent
from mainstem.models.retrieved import Retrieved
from mainstem.stores.knowledge import BUNDLED
from mainstem.text import counted

_HELLO = "Hello. Ask a question about your documents and tables: the answer is quoted from them, or computed."
_HELP = (
    "Ask a question about your documents: I quote the sentences that answer it, each with a mark for its source, and "
    "make none up. Of tables I compute counts, sums, averages and the like, and show the query. I also calculate "
    "(`12 * 3.5`) and keep notes (`Note: …`)."
)
_EMPTY = "Nothing is indexed yet: name a folder with --docs."
_OWN = "What is here are the pages about Mainstem itself: name a folder of your own with --docs."
_FEW = 5


def introduction(intent: Intent, found: Retrieved | None) -> str:
    """The reply to a greeting, to a call for help, or to the question what there is to answer from."""
    library = (found or {}).get("library")
    if intent == "documents":
        return _listed(library) if library else "I cannot list the documents here: `mainstem docs` does."
    said = _HELLO if intent == "greeting" else _HELP
    return f"{said} {_counted(library)}".strip()


def _counted(library: Mapping[str, Any] | None) -> str:
    if not library:
        return ""
    if library.get("collection") == BUNDLED:
        return _OWN
    documents, count = int(library.get("documents") or 0), int(library.get("table_count") or 0)
    if not (documents or count):
        return _EMPTY
    names = [str(name) for key in ("names", "tables") for name in library.get(key) or ()][:_FEW]
    among = f", among them {', '.join(names)}" if len(names) < documents + count else f": {', '.join(names)}"
    return f"There are {counted(documents, 'document')} and {counted(count, 'table')}{among}."


def _listed(library: Mapping[str, Any]) -> str:
    said = [
        _list("document", int(library.get("documents") or 0), library.get("names") or []),
        _list("table", int(library.get("table_count") or 0), library.get("tables") or []),
        _OWN if library.get("collection") == BUNDLED else "",
    ]
    return "\n\n".join(filter(None, said)) or _EMPTY


def _list(noun: str, count: int, names: Sequence[Any]) -> str:
    if not count:
        return ""
    more = [f"- … and {count - len(names):,} more"] if count > len(names) else []
    verb = "is" if count == 1 else "are"
    return "\n".join([f"There {verb} {counted(count, noun)}:\n", *(f"- {name}" for name in names), *more])
