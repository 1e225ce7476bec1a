"""What a caller chooses for one run (`Context`), and the settings that follow from it."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from langgraph.runtime import Runtime

from mainstem._bundled_agent import bundled_agent
from mainstem.models import choosable
from mainstem.settings import Settings, active, chosen
from mainstem.stream.errors import ContextError
from tools import ClientTool


@dataclass(frozen=True)
class Context:
    """What a caller may choose for one run; each default means: as the settings say."""

    model: str | None = None
    """`extractive`, `openai:NAME`, `scripted:FILE` or `PROVIDER:NAME`."""
    docs: list[str] = field(default_factory=list[str])
    """Search only at or below these paths."""
    tools: list[ClientTool] = field(default_factory=list[ClientTool])
    """Tools of the caller's own: a call of one ends the run, and the next one brings its `ToolMessage`."""


def run_settings(runtime: Runtime[Context]) -> Settings:
    """The active settings, with what this run's caller chose.

    Raises `ContextError` where a user, whom only the LangGraph server around this knows, may not choose that.
    """
    settings, context = active(), cast("Context | None", runtime.context) or Context()
    if settings.auth is not None and chosen() is None:
        context = _for_users(context, settings)
    return _chosen(_Same(settings), context.model, tuple(context.docs)) if context.model or context.docs else settings


def _for_users(context: Context, settings: Settings) -> Context:
    """What such a user's run takes: the model, where it is one to choose, and nobody's uploads."""
    if context.docs or (context.model and context.model not in choosable(settings)):
        raise ContextError(
            "Of this agent's context only tools of one's own may be chosen here, and a model of MAINSTEM_SERVE_MODELS."
        )
    return replace(context, docs=[str(path) for path in settings.docs or [bundled_agent() / "docs"]])


class _Same:
    """Settings compared by identity: they hold lists, and models are kept for each settings object."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.settings is self.settings

    def __hash__(self) -> int:
        return id(self.settings)


@lru_cache(maxsize=64)
def _chosen(base: _Same, model: str | None, docs: tuple[str, ...]) -> Settings:
    update: dict[str, Any] = {"model": model} if model else {}
    if docs:
        update["docs"] = [Path(path) for path in docs]
    return base.settings.model_copy(update=update)
