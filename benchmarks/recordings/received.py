"""What our model makes of a recording."""

import asyncio
from typing import NamedTuple

from langchain_core.messages import AIMessageChunk

from benchmarks.recordings.fields import OUR_COUNTS, Said, call, counts
from mainstem.models import ModelError
from mainstem.models.openai.chat import Chat
from mainstem.models.openai.json_values import mappings
from mainstem.models.openai.tool_calls import doubtful_calls

SECONDS = 30.0
"""After which a replay hangs, which counts as a crash."""


class Received(NamedTuple):
    """One stream through our model."""

    message: AIMessageChunk
    error: str
    """The typed end of a stream that failed."""
    crash: str


async def receive(model: Chat, number: int) -> Received:
    """Ask for recording `number`. Whatever our model raises that is not its own error is a crash."""
    message, error = AIMessageChunk(content=""), ""
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in model.astream(str(number)):
                message = message + chunk
    except ModelError as failure:
        error = f"{type(failure).__name__}: {failure}"
    except Exception as failure:  # noqa: BLE001 - that nothing else comes out is what is measured
        return Received(message, "", f"{type(failure).__name__}: {failure}")
    return Received(message, error, "")


def ours(received: Received) -> Said:
    """What our message says, in the words of the comparison."""
    message, doubtful = received.message, doubtful_calls(received.message)
    about = message.response_metadata
    said: Said = {
        "content": message.text,
        "refusal": message.additional_kwargs.get("refusal") or "",
        "finish_reason": about.get("finish_reason"),
        "status": "failed" if received.error else about.get("status"),
        "tool_calls": [
            call(one["id"], one["name"], doubtful.get(str(one["id"]), one["args"])) for one in message.tool_calls
        ],
        "usage": counts(message.usage_metadata or {}, OUR_COUNTS),
    }
    for other in mappings(message.additional_kwargs.get("other_choices")):
        said[f"choice {other['index']}"] = {
            "content": other["content"],
            "finish_reason": other["finish_reason"],
            "tool_calls": [call(one["id"], one["name"], one["args"]) for one in other["tool_calls"]],
        }
    return said
