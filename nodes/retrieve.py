"""Search with the question before the model's first turn, so that its passages stand in the prompt at once."""

import asyncio

from langchain_core.tools import ToolException
from langgraph.runtime import Runtime

from mainstem.knowledge import KnowledgeError
from mainstem.models.extractive.conversation import last_exchange
from mainstem.models.extractive.intents import intent
from mainstem.models.retrieved import Retrieved
from mainstem.settings import Settings, use
from mainstem.stream.spending import CHARS_A_TOKEN
from mainstem.stream.writer import StreamWriter, stream_writer
from tools.search_results import find, overview

from .context import Context, run_settings
from .masking import masked
from .state import State, Update

SHARE = 0.5
"""Share of the window that what was found may fill."""


async def retrieve(state: State, runtime: Runtime[Context]) -> Update:
    """Find passages and tables for the question, or what there is to search; nothing where none is needed.

    A follow-up is searched with the words that it takes over. A search that fails is told, and the model goes on with
    its tools.
    """
    exchange = last_exchange(state["messages"])
    wanted = intent(exchange.question)
    if wanted in ("note", "sum", "tables", "nothing"):
        return {"retrieved": {}}
    settings, writer = run_settings(runtime), stream_writer(runtime)
    try:
        with use(settings):
            found = await _found(exchange.query if wanted == "search" else "", settings, writer)
            return {"retrieved": await masked(found, settings)}
    except (ToolException, KnowledgeError, OSError, TimeoutError) as error:
        why = str(error) or f"it took longer than {settings.tool_timeout:g} s."
        writer.notice("review", f"The search before the answer failed: {why}", rule="retrieve")
        return {"retrieved": {}}


async def _found(query: str, settings: Settings, writer: StreamWriter) -> Retrieved:
    found: Retrieved = {}
    if query:
        found = _fitting(await find(query, writer=writer), settings.window_tokens)
    if not (found.get("passages") or found.get("tables")):
        found["library"] = await asyncio.wait_for(overview(), settings.tool_timeout)
    return found


def _fitting(found: Retrieved, window_tokens: int) -> Retrieved:
    """As many of the passages, best first, as fit; always one."""
    room = int(SHARE * window_tokens * CHARS_A_TOKEN)
    passages = found.get("passages", [])
    while len(passages) > 1 and sum(len(passage["text"]) for passage in passages) > room:
        passages = passages[:-1]
    return {**found, "passages": passages}
