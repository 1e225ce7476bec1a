"""What the default model reads of a conversation: the last question, and what its tools have answered so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from mainstem.models.words import stems, words

_LEANING = "and it its he his she her they them their that this those these there one ones same"
_FOLLOW_UPS = frozenset(_LEANING.split())
_FEW_WORDS = 2


@dataclass(frozen=True)
class Result:
    """What one tool call brought back."""

    tool: str
    args: dict[str, Any]
    text: str
    failed: bool
    artifact: dict[str, Any]


@dataclass(frozen=True)
class Exchange:
    """The last thing the human said (`question`), what was asked before it, and the results that came since."""

    question: str
    before: str = ""
    results: list[Result] = field(default_factory=list[Result])

    @property
    def query(self) -> str:
        """What to search for: the question, and for a follow-up (*and in 2022?*) the words of the one before."""
        asked = words(self.question.lower())
        leans = len(stems(self.question)) < _FEW_WORDS or (bool(asked) and asked[0] in _FOLLOW_UPS)
        return f"{self.question} {' '.join(self._carried())}".strip() if leans else self.question

    def _carried(self) -> list[str]:
        known = set(stems(self.question))
        # a number of the new question replaces the old one: "and in 2022?" is no longer about 2023
        has_number = any(word.isdigit() for word in words(self.question))
        return [
            word
            for word in words(self.before)
            if (found := stems(word)) and found[0] not in known and not (has_number and word.isdigit())
        ]


def read(messages: Sequence[BaseMessage]) -> Exchange:
    """The last exchange of a conversation; an empty question when no human has spoken."""
    humans = [at for at, message in enumerate(messages) if isinstance(message, HumanMessage)]
    if not humans:
        return Exchange("")
    before = str(messages[humans[-2]].text) if len(humans) > 1 else ""
    return Exchange(str(messages[humans[-1]].text).strip(), before, _results(messages[humans[-1] :]))


def _results(messages: Sequence[BaseMessage]) -> list[Result]:
    calls = {call["id"]: call for message in messages if isinstance(message, AIMessage) for call in message.tool_calls}
    results: list[Result] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            call = calls.get(message.tool_call_id)
            artifact: Any = message.artifact
            results.append(
                Result(
                    tool=(call["name"] if call else message.name) or "",
                    args=call["args"] if call else {},
                    text=str(message.text).strip(),
                    failed=message.status == "error",
                    artifact=cast("dict[str, Any]", artifact) if isinstance(artifact, dict) else {},
                )
            )
    return results
