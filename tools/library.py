"""How tools ask the library of a run, and what they do when it is damaged."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from langchain_core.tools import ToolException

from mainstem.knowledge import IndexCorrupt, IndexProgress, KnowledgeError, Library, StorageError
from mainstem.knowledge.index_cache import library
from mainstem.settings import active

T = TypeVar("T")
LibraryQuery = Callable[[Library, list[Path] | None], Awaitable[T]]
"""Given the library and the paths to look below (None: everywhere)."""


async def ask_library(question: LibraryQuery[T], on_progress: Callable[[IndexProgress], None] | None = None) -> T:
    """What `question` gets from the library; an index that turns out damaged is built anew first.

    Raises `ToolException` with what the model can act on, and `StorageError`, which nobody but people can.
    """
    settings = active()
    asked, paths = library(settings), settings.docs or None
    try:
        try:
            return await question(asked, paths)
        except IndexCorrupt:
            await asked.mend(progress=on_progress)
            return await question(asked, paths)
    except StorageError:
        raise
    except KnowledgeError as error:
        raise ToolException(str(error)) from error
