"""What the agent's model says in these tests, and the app that serves it."""

from contextlib import asynccontextmanager

from openai import AsyncOpenAI

from tests.fixtures import call
from tests.web.served import door

USAGE = {"usage": {"input_tokens": 12, "output_tokens": 5}}
SUM = call("calculate", {"expression": "6*7"}, "call_1")
NOTE = call("save_note", {"title": "Fish", "text": "Salmon."}, "call_2")
ANSWER = "It is forty-two, as it always was."
WORKS = ([{"reasoning": "A sum."}, SUM, USAGE], [{"words": ANSWER}, USAGE])
"""A question that takes a tool."""

ASKS = ([NOTE], [{"words": "It is noted."}])
"""A question that needs an approval."""

BREAKS = ([{"words": "It is for"}, {"error": "The stream broke off.", "retryable": True}], [{"words": ANSWER}])
"""An attempt that breaks off, and another."""

SLOW = ([{"words": "One two three four five six seven eight nine ten." + " And so on." * 1000, "delay": 0.3}],)
"""An answer that goes on until it is stopped, however slow a client is."""


@asynccontextmanager
async def openai_door(settings):
    """The app, its HTTP client, and OpenAI's client of it."""
    async with door(settings=settings) as (client, manager):
        theirs = AsyncOpenAI(base_url=f"{client.base_url}/v1", api_key="none")
        yield theirs, client, manager
        await theirs.close()


async def told(client, run_id):
    """What the run itself says of its end."""
    lines = (await client.get(f"/runs/{run_id}/events")).text.splitlines()
    return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
