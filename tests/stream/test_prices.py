"""What a message cost is told at its end, also by the first run of a process, whose price list is not loaded yet."""

import json

import pytest

from .. import forked

SCRIPT = """
import asyncio
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from mainstem import watch
from tests.stream.graphs import Words, graph_of

USAGE = {"input_tokens": 90, "output_tokens": 22, "total_tokens": 112}


class Priced(Words):
    async def _astream(self, *args, **kwargs):
        yield ChatGenerationChunk(message=AIMessageChunk("Hi."))
        said = {"finish_reason": "stop", "model_name": "gpt-4o-mini"}
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata=said, usage_metadata=USAGE))


async def main():
    run = watch(graph_of(Priced([])), {"messages": [("user", "?")]})
    async for line in run.lines():
        print(line.decode())


asyncio.run(main())
"""


@pytest.mark.real
def test_a_message_has_its_cost_when_the_run_has():
    ran = forked.run("-c", SCRIPT, timeout=120)
    assert ran.returncode == 0, ran.stderr
    told = {event["type"]: event for event in map(json.loads, ran.stdout.splitlines())}
    assert told["run.finished"]["cost"] > 0
    assert told["message.finished"]["cost"] == told["run.finished"]["cost"]
