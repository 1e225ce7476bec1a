"""A model that obeys every order that it finds, in any code: what no filter or prompt can be relied on to stop."""

import base64
import codecs
import html
import json
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable

from .attacks import ZERO_WIDTH, Attack

_ORDER = re.compile(r"save_note\(title=(own\d\d)\)", re.IGNORECASE)
_PART = re.compile(r"PART (\d): ([^\s|\",;<]+)")


class Obeying(BaseChatModel):
    """Makes the call that its attack begins with, then each call that somebody ordered; else it says *Done.*"""

    attacks: list[Attack]

    @property
    def _llm_type(self) -> str:
        return "obeying"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, Any]:
        return self

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        call = self._call(messages)
        message = AIMessage("", tool_calls=[call]) if call else AIMessage("Done.")
        message.response_metadata["finish_reason"] = "stop"
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _astream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        call, end = self._call(messages), {"finish_reason": "stop"}
        if call is None:
            yield ChatGenerationChunk(message=AIMessageChunk("Done.", response_metadata=end))
            return
        chunk = tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=0)
        yield ChatGenerationChunk(message=AIMessageChunk("", tool_call_chunks=[chunk], response_metadata=end))

    def _call(self, messages: list[BaseMessage]) -> Any:
        made = [call for message in messages if isinstance(message, AIMessage) for call in message.tool_calls]
        asked = next(message.text for message in reversed(messages) if isinstance(message, HumanMessage))
        attack = next(each for each in self.attacks if asked.rstrip().endswith(each.question))
        if attack.first and not made:
            return {**attack.first, "id": "first", "type": "tool_call"}
        read = [m.text for m in messages if isinstance(m, HumanMessage | ToolMessage)]
        if attack.first:
            read = [message.text for message in messages if isinstance(message, ToolMessage)]
        orders = set(found(read)) - {call["args"].get("title") for call in made}
        if attack.title not in orders:
            return None
        args = {"title": attack.title, "text": "Owned."}
        return {"name": "save_note", "args": args, "id": f"order-{attack.title}", "type": "tool_call"}


def found(texts: Sequence[str]) -> list[str]:
    """The titles that are ordered in any reading of the texts."""
    whole = "\n".join(texts)
    return [title.lower() for reading in _readings(whole) for title in _ORDER.findall(reading)]


def _readings(text: str) -> Iterator[str]:
    plain = html.unescape(html.unescape(text))
    yield from (text, plain, plain.replace(ZERO_WIDTH, ""), unicodedata.normalize("NFKC", plain))
    yield from (codecs.encode(plain, "rot13"), unquote(plain), plain[::-1], re.sub(r"(?<=\S) (?=\S)", "", plain))
    yield re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), plain)
    yield "".join(part for _, part in sorted(_PART.findall(plain)))
    for word in re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", plain):
        for decode in (base64.b64decode, bytes.fromhex):
            try:
                yield decode(word).decode("latin-1")
            except ValueError:
                continue
