"""A call of a model whose words a graph keeps from its stream (`nostream`): no event tells of it."""

from typing import NamedTuple

from langchain_core.messages.ai import UsageMetadata


class HiddenCall(NamedTuple):
    """One such call; times are seconds of the run."""

    run_id: str
    """LangChain's id of it."""
    model: str | None
    provider: str | None
    node: str | None
    tasks: tuple[str, ...]
    """The tasks that it was made in, outermost first."""
    began: float
    ended: float = 0.0
    usage: UsageMetadata | None = None
    error: str | None = None
    """The class of what it raised; None: it has ended well."""
