"""What the default model reads of a conversation: the last question, and what its tools have answered so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from mainstem.models.extractive.charting import ChartRequest, asked_for
from mainstem.models.extractive.followups import in_context, leans
from mainstem.models.pictures import has_picture
from mainstem.models.retrieved import Retrieved, parsed, unlabelled, without_piped


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
    questions: tuple[str, ...] = ()
    """The question behind those that it leans on."""
    query: str = ""
    """What to search for: the question, and for a follow-up (*and in 2022?*) the words of what came before."""
    found: Retrieved | None = None
    """What the prompt holds for it; None when nothing was looked for before the model was asked."""
    chart: ChartRequest | None = None
    """The chart that is asked for; `question` and `questions` then lack the words that ask for one."""
    results: list[ToolReply] = field(default_factory=list[ToolReply])
    has_picture: bool = False
    """Whether the question has one."""


def last_exchange(messages: Sequence[BaseMessage]) -> Exchange:
    """The last exchange of a conversation; an empty question when no human has spoken."""
    humans = [at for at, message in enumerate(messages) if isinstance(message, HumanMessage)]
    if not humans:
        return Exchange("")
    asked = parsed(str(messages[humans[-1]].text))
    questions = _questions(without_piped(asked.question).strip(), messages, humans)
    chart = asked_for(questions[-1])
    return Exchange(
        chart.question if chart else questions[-1],
        tuple(wanted.question if (wanted := asked_for(each)) else each for each in questions),
        _query(questions),
        asked.found,
        chart,
        _results(messages[humans[-1] :]),
        has_picture(messages[humans[-1]]),
    )


def _questions(question: str, messages: Sequence[BaseMessage], humans: list[int]) -> tuple[str, ...]:
    """The question behind those that it takes over from, as far back as each leans on another."""
    chain = [question]
    for at in reversed(humans[:-1]):
        if not leans(chain[-1]):
            break
        chain.append(without_piped(parsed(str(messages[at].text)).question).strip())
    return tuple(reversed(chain))


def _query(questions: Sequence[str]) -> str:
    query = ""
    for each in questions:
        query = in_context(each, query)
    return query


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
                    text=unlabelled("tool_result", str(message.text)).strip(),
                    failed=message.status == "error",
                    artifact=cast("dict[str, Any]", artifact) if isinstance(artifact, dict) else {},
                )
            )
    return results
