"""How tools look into the library of a run, and what they do when it is damaged."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from langchain_core.tools import ToolException

from mainstem.knowledge import IndexCorrupt, KnowledgeError, Library, Progress, StorageError
from mainstem.knowledge.index_cache import library
from mainstem.settings import active

T = TypeVar("T")
Ask = Callable[[Library, list[Path] | None], Awaitable[T]]
"""Given the library and the paths to look below (None: everywhere)."""


async def consult(ask: Ask[T], tell: Callable[[Progress], None] | None = None) -> T:
    """What `ask` gets from the library; an index that turns out damaged is built anew first.

    Raises `ToolException` with what the model can act on, and `StorageError`, which nobody but people can.
    """
    settings = active()
    shelf, paths = library(settings), settings.docs or None
    try:
        try:
            return await ask(shelf, paths)
        except IndexCorrupt:
            await shelf.mend(progress=tell)
            return await ask(shelf, paths)
    except StorageError:
        raise
    except KnowledgeError as error:
        raise ToolException(str(error)) from error
