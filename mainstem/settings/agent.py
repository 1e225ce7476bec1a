"""How the bundled agent works on a question."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

from ..mcp import McpServer, named_servers
from ..trust import NeedsTrust


class AgentSettings(BaseSettings):
    """How the bundled agent works on a question."""

    max_steps: int = Field(
        default=100, ge=4, description="Graph steps after which a run ends as halted (reason: steps)."
    )
    max_question_chars: int = Field(
        default=20_000, ge=1, description="Longer questions are refused (halted, reason: policy)."
    )
    window_tokens: int = Field(
        default=24_000, ge=500, description="Tokens of a thread that stay live; older turns are folded into a summary."
    )
    checker: Annotated[str | Callable[..., Any] | None, NeedsTrust()] = Field(
        default=None,
        description="module:function that judges whether a passage supports a sentence; in Python also the callable "
        "itself. Unset: the built-in rules.",
    )
    checker_timeout: float = Field(
        default=10.0,
        gt=0,
        description="Seconds that it may take for one sentence and passage; beyond them the built-in rules judge the "
        "rest of the answer.",
    )
    repair: bool = Field(
        default=True,
        description="Whether a model is asked once to write an answer again of which no passage supports a sentence "
        "that cites one.",
    )
    score: Annotated[str | Callable[..., Any] | None, NeedsTrust()] = Field(
        default=None,
        description="module:function that is given each sentence of an answer and what it cites, and returns scores "
        "that are kept beside the run: before the sentence is shown, where a policy has scores, else when the answer "
        "is whole; in Python also the callable itself. Unset: none.",
    )
    summary_parallel: int = Field(
        default=4,
        ge=1,
        description="Parts of a long document, or files under review, that a model reads at once.",
    )
    summary_ask_above: float = Field(
        default=0.25,
        ge=0,
        description="US dollars that a summary may be expected to cost before a person is asked; parts that were "
        "summarised before cost nothing.",
    )
    tool_timeout: float = Field(
        default=30.0, gt=0, description="Seconds without progress before a tool call is given up."
    )
    mcp: Annotated[dict[str, McpServer], NeedsTrust(), BeforeValidator(named_servers)] = Field(
        default_factory=dict[str, McpServer],
        description="MCP servers whose tools the agent may use, as JSON: "
        '{"files": {"command": "npx", "args": ["…"]}} or {"wiki": {"url": "https://…"}}. Extra mcp.',
    )
