"""What an AG-UI run is asked for. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ag_ui.core import ImagePart, ResumeEntry, RunAgentInput, TextPart, ToolMessage

from ...problems import Problem
from .. import messages
from ..protocol import ResumeRun
from ..tool_calls import ShownCall

CANCELLED = "The user cancelled this."
"""What the model is told when nobody answers."""


def conversation(given: RunAgentInput) -> list[messages.MessageDict]:
    """The conversation as LangChain takes it. What was only shown (activities, reasoning) stays out.

    Questions keep their ids: one may be asked anew. What the client tells of its context stands before the last one.
    Messages that only call tools, and results, stand where they are: some are of the client's own tools.
    """
    spoken = [
        _result(message) if message.role == "tool" else _spoken(message)
        for message in given.messages
        if message.role == "tool" or (message.role in (*messages.ASKING, "assistant") and _says(message))
    ]
    told = [f"- {each.description}: {each.value}" for each in given.context or ()]
    if told and spoken and spoken[-1]["role"] == "user":
        spoken.insert(-1, {"role": "system", "content": "\n".join(("The user's application tells:", *told))})
    return spoken


def state(given: RunAgentInput) -> Mapping[str, Any]:
    """The client's state, where it is an object."""
    held: Any = given.state
    return cast("Mapping[str, Any]", held) if isinstance(held, Mapping) else {}


def client_tools(given: RunAgentInput) -> list[dict[str, Any]]:
    """The client's own tools."""
    return [
        {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
        for tool in given.tools or ()
    ]


def _says(message: Any) -> bool:
    return bool(message.content or getattr(message, "tool_calls", None))


def _spoken(message: Any) -> messages.MessageDict:
    more: messages.MessageDict = {"id": message.id} if message.role == "user" else {}
    if message.role == "assistant" and message.tool_calls:
        more["tool_calls"] = [call.model_dump(include={"id", "type", "function"}) for call in message.tool_calls]
    return {"role": message.role, "content": _content(message.content or ""), **more}


def _result(message: ToolMessage) -> messages.MessageDict:
    status = "error" if message.error else "success"
    said = _content(message.content) or message.error or ""
    return {"role": "tool", "content": said, "tool_call_id": message.tool_call_id, "status": status}


def _content(content: Any) -> Any:
    return content if isinstance(content, str) else [_part(part) for part in content]


def _part(part: Any) -> messages.MessageDict:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    if not isinstance(part, ImagePart):
        return messages.image(str(part.type), "")
    source, media_type = part.source, getattr(part.source, "mime_type", None) or "image/png"
    if source.type == "file":
        raise Problem(422, "A file reference cannot be read.", hint="Send the image itself, or its address.")
    url = f"data:{media_type};base64,{source.value}" if source.type == "data" else source.value
    return messages.image(media_type, url)


def resumed(thread: str, entries: Sequence[ResumeEntry], tools: Sequence[Mapping[str, Any]] = ()) -> ResumeRun:
    """What was decided, and what was cancelled."""
    named = [entry.interrupt_id for entry in entries]
    if len(set(named)) < len(named):
        raise Problem(422, "`resume` answers an interrupt twice.", hint="Answer each interrupt once.")
    return ResumeRun(
        thread,
        {entry.interrupt_id: entry.payload for entry in entries if entry.status != "cancelled"},
        cancelled={entry.interrupt_id: CANCELLED for entry in entries if entry.status == "cancelled"},
        tools=tools,
    )


def calls(given: RunAgentInput) -> dict[str, ShownCall]:
    """The tool calls that the client already has: those of a run that goes on are not shown again."""
    made = [call for message in given.messages if message.role == "assistant" for call in message.tool_calls or []]
    ended = {message.tool_call_id for message in given.messages if message.role == "tool"}
    return {
        call.id: ShownCall(call.function.name, text=call.function.arguments, ended=call.id in ended) for call in made
    }


def model(given: RunAgentInput) -> str | None:
    """The model that `forwardedProps` asks for."""
    forwarded: Any = given.forwarded_props
    named: Any = cast("Mapping[str, Any]", forwarded).get("model") if isinstance(forwarded, Mapping) else None
    return named if isinstance(named, str) else None
