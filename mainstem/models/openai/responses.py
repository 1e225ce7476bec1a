"""The Responses interface, told in the words of chat completions: finish reasons, reasoning, failures."""

import re
from typing import Any

from langchain_core.messages import AIMessage

from mainstem.models.openai.json_values import mapping, mappings

_CUT = {"max_output_tokens": "length"}
_FAILED = re.compile(r"code=(['\"])(?P<code>.*?)\1.*?message=(['\"])(?P<message>.*)\3", re.DOTALL)


class ResponsesTurn:
    """One answer: adds to LangChain's messages what a reader of chat completions looks for, in place."""

    def __init__(self) -> None:
        self.heard = 0
        self.ended = False
        self._called = False

    def annotate(self, message: AIMessage) -> None:
        """Give a chunk (or a whole message) its `reasoning_content`, and the last one its `finish_reason`."""
        self.heard += 1
        self._called = self._called or bool(message.tool_calls or message.invalid_tool_calls)
        if said := thought(message.content):
            message.additional_kwargs["reasoning_content"] = said
        if reason := self._finish_reason(message.response_metadata):
            message.response_metadata["finish_reason"] = reason
            self.ended = True

    def _finish_reason(self, metadata: dict[str, Any]) -> str | None:
        if metadata.get("status") == "completed":
            return "tool_calls" if self._called else "stop"
        if metadata.get("status") == "incomplete":
            details = mapping(metadata.get("incomplete_details"))
            reason = str(details.get("reason") or "incomplete")
            return _CUT.get(reason, reason)
        return None


def provider_error(error: ValueError) -> dict[str, str]:
    """The provider's error object, from the text into which LangChain puts a failed response."""
    found = _FAILED.search(str(error))
    return found.groupdict() if found else {"message": str(error)}


def thought(content: Any) -> str:
    """The reasoning in a message's content blocks."""
    thoughts = [block for block in mappings(content) if block.get("type") == "reasoning"]
    parts = [part for block in thoughts for part in mappings(block.get("summary"))]
    return "".join(str(part.get("text") or "") for part in parts)
