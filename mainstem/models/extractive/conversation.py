"""What the default model reads of a conversation: the last question, and what its tools have answered so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from mainstem.models.extractive.followups import in_context
from mainstem.models.retrieved import Retrieved, parsed


@dataclass(frozen=True)
class ToolReply:
    """What one tool call brought back."""

    tool: str
    args: dict[str, Any]
    text: str
    failed: bool
    artifact: dict[str, Any]


@dataclass(frozen=True)
class Exchange:
    """The last thing the human said (`question`), and the results that came since."""

    question: str
    query: str = ""
    """What to search for: the question, and for a follow-up (*and in 2022?*) the words of what came before."""
    found: Retrieved | None = None
    """What the prompt holds for it; None when nothing was looked for before the model was asked."""
    results: list[ToolReply] = field(default_factory=list[ToolReply])


def last_exchange(messages: Sequence[BaseMessage]) -> Exchange:
    """The last exchange of a conversation; an empty question when no human has spoken."""
    humans = [at for at, message in enumerate(messages) if isinstance(message, HumanMessage)]
    if not humans:
        return Exchange("")
    query, asked = "", [parsed(str(messages[at].text)) for at in humans]
    for each in asked:
        query = in_context(each.question.strip(), query)
    return Exchange(asked[-1].question.strip(), query, asked[-1].found, _results(messages[humans[-1] :]))


def _results(messages: Sequence[BaseMessage]) -> list[ToolReply]:
    calls = {call["id"]: call for message in messages if isinstance(message, AIMessage) for call in message.tool_calls}
    results: list[ToolReply] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            call = calls.get(message.tool_call_id)
            artifact: Any = message.artifact
            results.append(
                ToolReply(
                    tool=(call["name"] if call else message.name) or "",
                    args=call["args"] if call else {},
                    text=str(message.text).strip(),
                    failed=message.status == "error",
                    artifact=cast("dict[str, Any]", artifact) if isinstance(artifact, dict) else {},
                )
            )
    return results
