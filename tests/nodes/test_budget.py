"""What a turn may spend where no session watches the run: a LangGraph server's own clients have the same limits."""

from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from graph.agent import agent
from mainstem.sessions.admission.questions import question_input
from mainstem.settings import use
from mainstem.stores.opening import open_stores

ANSWERS = [[{"text": "Yes."}, {"usage": {"input_tokens": 90, "output_tokens": 10}}]] * 4


@pytest.fixture
def server():
    """The graph as a server has it; returns whether a run was halted."""
    graph = agent.copy(update={"checkpointer": InMemorySaver()})

    async def asked(settings: Any, thread: str, user: str = "") -> str:
        known = {"langgraph_auth_user_id": user} if user else {}
        with use(settings):
            state = await graph.ainvoke(question_input("Hello?"), {"configurable": {"thread_id": thread, **known}})
        return str(state["halted"])

    return asked


async def test_a_users_runs_share_their_budget(scripted, server):
    settings = scripted(*ANSWERS, budget_user={"turns": 2})
    told = [await server(settings, thread, "ada") for thread in ("one", "two", "three")]
    assert told == ["", "", "budget"]
    assert await server(settings, "three", "bob") == ""
    spent = await open_stores(settings).spent.add("user", "ada", {})
    assert (spent["turns"], spent["tokens"]) == (2, 200)


async def test_a_threads_runs_share_its_budget(scripted, server):
    settings = scripted(*ANSWERS, budget_thread={"turns": 1}, budget_tokens=100_000)
    assert [await server(settings, "one", "ada") for _ in range(2)] == ["", "budget"]
    assert await server(settings, "two", "ada") == ""


async def test_what_a_session_asks_through_a_server_is_counted_there_alone(scripted, server):
    settings = scripted(*ANSWERS, budget_thread={"turns": 1})
    assert [await server(settings, "one") for _ in range(2)] == ["", ""]
