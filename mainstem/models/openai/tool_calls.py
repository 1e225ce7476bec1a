"""Tool calls as they arrive: fragments sorted into calls, before LangChain merges whatever shares an index.

Providers send two calls under one index, calls without an index, an id with every fragment, a name with every
fragment, or no id at all. LangChain merges by index alone, which glues two calls into one and makes a third call out
of the rest. Here each call gets an index of its own, one name and one id.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage
from langchain_core.messages.tool import ToolCallChunk, tool_call_chunk

from mainstem.models.openai.json_values import mapping, mappings

DOUBTFUL = "doubtful_tool_calls"
"""Key in `additional_kwargs`: id → the arguments as they came, of each call whose arguments are no JSON object."""


@dataclass
class _Call:
    number: int
    id: str = ""
    """The id that a reader sees: the provider's, unless another call has that one already."""
    given: str = ""
    """The id as the provider sends it."""
    name: str = ""
    pieces: list[str] = field(default_factory=list[str])
    displaced: bool = False
    """Another call took its index before it was whole: the rest of its arguments may have gone there."""

    @property
    def args(self) -> str:
        return "".join(self.pieces)

    @property
    def whole(self) -> bool:
        """Whether the arguments are a JSON object by now. An early look at the last letter spares most of the work."""
        return bool(self.pieces) and self.pieces[-1].rstrip().endswith("}") and is_object(self.args)


class ToolCallSorter:
    """The calls of one message. `take` sorts fragments in; `rest` says at the end what is still missing of them."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._at: dict[int, _Call] = {}

    def add(self, fragments: Any) -> list[ToolCallChunk]:
        """LangChain's chunks for a provider's `tool_calls`."""
        return [self._take(fragment) for fragment in mappings(fragments)]

    def rest(self) -> list[ToolCallChunk]:
        """An id for each call that the provider gave none: its result could not be told apart otherwise."""
        nameless = [call for call in self._calls if not call.id]
        for call in nameless:
            call.id = f"call_{uuid4().hex[:24]}"
        return [tool_call_chunk(id=call.id, index=call.number) for call in nameless]

    def doubtful(self) -> dict[str, str]:
        """The arguments, by call id, that are no JSON object: cut off, or mixed up. Such a call must not be run.

        No arguments at all are not doubtful (many tools take none), unless another call took the index meanwhile.
        """
        suspects = [call for call in self._calls if call.displaced or call.args.strip()]
        return {call.id: call.args for call in suspects if not is_object(call.args)}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def _take(self, fragment: Mapping[str, Any]) -> ToolCallChunk:
        function = mapping(fragment.get("function"))
        index, identity = fragment.get("index"), str(fragment.get("id") or "")
        name, args = str(function.get("name") or ""), _text(function.get("arguments"))
        call = self._known(index, identity, name, args)
        if call is None:
            call = self._open(index)
        # said once: LangChain would join a name that comes with every fragment
        fresh_name = name if name and (not call.name or (name != call.name and not call.pieces)) else ""
        fresh_id = self._unused(identity, call.number) if identity and not call.id else ""
        call.name += fresh_name
        call.given = call.given or identity
        call.id = call.id or fresh_id
        if args:
            call.pieces.append(args)
        return tool_call_chunk(name=fresh_name or None, args=args or None, id=fresh_id or None, index=call.number)

    def _known(self, index: Any, identity: str, name: str, args: str) -> _Call | None:
        """The call that a fragment goes on with, `None` when it begins one."""
        call = next((one for one in reversed(self._calls) if identity and one.given == identity), None)
        call = call or (self._at.get(index) if isinstance(index, int) else self._last(identity, name))
        if call is None or (name and identity and call.given and identity != call.given):
            return None
        # the same call cannot begin again once it is whole: this is the next one, under a used index or id
        return None if name and call.whole and (args or not identity) else call

    def _unused(self, identity: str, number: int) -> str:
        return f"{identity}-{number}" if any(call.id == identity for call in self._calls) else identity

    def _last(self, identity: str, name: str) -> _Call | None:
        return self._calls[-1] if self._calls and not (identity or name) else None

    def _open(self, index: Any) -> _Call:
        call = _Call(len(self._calls))
        self._calls.append(call)
        if isinstance(index, int):
            if before := self._at.get(index):
                before.displaced = not before.whole
            self._at[index] = call
        return call


def is_object(text: str) -> bool:
    """Whether `text` is one JSON object, whole."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _text(arguments: Any) -> str:
    """Arguments are JSON text; some servers send the object itself."""
    if arguments is None:
        return ""
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


def doubtful_calls(message: AIMessage) -> dict[str, str]:
    """The calls of `message` that must not be run: id → the arguments as they came. Tell the model instead."""
    marked = mapping(message.additional_kwargs.get(DOUBTFUL))
    broken = {str(call["id"]): str(call["args"]) for call in message.invalid_tool_calls if call["id"]}
    return broken | {str(identity): str(args) for identity, args in marked.items()}
