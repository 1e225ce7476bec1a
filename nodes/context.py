"""What a caller chooses for one run (`Context`), and the settings that follow from it."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from langgraph.runtime import Runtime

from mainstem.settings import Settings, active
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
    """The active settings, with what this run's caller chose."""
    settings, context = active(), cast("Context | None", runtime.context)
    if context is None or not (context.model or context.docs):
        return settings
    return _chosen(_Same(settings), context.model, tuple(context.docs))


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
    chosen: dict[str, Any] = {"model": model} if model else {}
    if docs:
        chosen["docs"] = [Path(path) for path in docs]
    return base.settings.model_copy(update=chosen)
