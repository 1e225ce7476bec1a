"""The users of `mainstem serve` under a real `langgraph dev`, by `auth.path`: the same tokens, roles and owners."""

import asyncio
import json
from contextlib import contextmanager
from types import SimpleNamespace

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.errors import APIStatusError

from mainstem import Settings
from mainstem.stores.opening import open_stores
from mainstem.stores.users import User
from tests.conftest import ROOT
from tests.e2e.conftest import dev_server

pytestmark = pytest.mark.real

GRAPH = """
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt


def ask(state: MessagesState):
    return {"messages": [AIMessage(f"You said {interrupt('Which one?')}.")]}


agent = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()
"""

PEOPLE = {"owner": ("ask", "approve"), "asker": ("ask",), "reader": ("read",), "nothing": ()}
HI = {"messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A project with our `auth.py` and our door; yields its address, and a token of each person."""
    folder, scratch = tmp_path_factory.mktemp("users"), tmp_path_factory.mktemp("users_server")
    (folder / "theirs.py").write_text(GRAPH)
    for name in ("auth", "routes"):
        (folder / f"{name}.py").write_text((ROOT / "graph" / f"{name}.py").read_text())
    config = {"dependencies": ["."], "graphs": {"agent": "./theirs.py:agent"}, "auth": {"path": "./auth.py:auth"}}
    config |= {"http": {"app": "./routes.py:app"}, "env": {"MAINSTEM_AUTH": "tokens"}}
    (folder / "langgraph.json").write_text(json.dumps(config))
    store = open_stores(Settings(home=scratch / "home")).tokens
    tokens = {name: asyncio.run(store.create(name, User(name, frozenset(roles)))) for name, roles in PEOPLE.items()}
    with dev_server(folder, scratch) as running:
        yield SimpleNamespace(url=running.url, tokens=tokens)


def client_of(server, name):
    return get_client(url=server.url, headers={"Authorization": f"Bearer {server.tokens[name]}"})


@contextmanager
def refused(*statuses):
    with pytest.raises((APIStatusError, httpx.HTTPStatusError)) as error:
        yield
    assert error.value.response.status_code in statuses


async def test_nobody_is_let_in(server):
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        with refused(401):
            await get_client(url=server.url, headers=headers).threads.search()


async def test_threads_and_runs_are_their_users(server):
    owner, asker, reader = (client_of(server, name) for name in ("owner", "asker", "reader"))
    thread = (await owner.threads.create(metadata={"owner": "asker"}))["thread_id"]
    await owner.runs.wait(thread, "agent", input=HI)
    assert [each["thread_id"] for each in await owner.threads.search()] == [thread]
    assert await asker.threads.search() == []
    with refused(403, 404):
        await asker.threads.get_state(thread)
    with refused(403, 404):
        await asker.runs.wait(thread, "agent", input=HI)
    with refused(403, 404):
        await asker.threads.update_state(thread, HI)
    with refused(403, 404):
        await asker.threads.delete(thread)
    assert (await reader.threads.get(thread))["status"] == "interrupted"
    with refused(403, 404):
        await reader.runs.wait(thread, "agent", command={"resume": "this"})
    done = await owner.runs.wait(thread, "agent", command={"resume": "this"})
    assert done["messages"][-1]["content"] == "You said this."


async def test_a_decision_needs_the_role(server):
    asker = client_of(server, "asker")
    thread = (await asker.threads.create())["thread_id"]
    await asker.runs.wait(thread, "agent", input=HI)
    with refused(403):
        await asker.runs.wait(thread, "agent", command={"resume": "this"})
    with refused(403):
        await asker.runs.wait(thread, "agent", command={"goto": "ask"})
    with refused(403):
        await asker.threads.update_state(thread, HI, as_node="ask")
    (asked,) = (await asker.threads.get_state(thread))["interrupts"]
    decided = {"__pregel_resume_map": {asked["id"]: "this"}}
    for past in ({"config": {"configurable": decided}}, {"config": decided}, {"context": decided}):
        with refused(403):
            await asker.runs.wait(thread, "agent", input=None, **past)
    with refused(403):
        await client_of(server, "nothing").threads.create()
    assert (await asker.threads.get(thread))["status"] == "interrupted"


async def test_the_store_is_divided_and_assistants_are_the_operators(server):
    owner, asker = client_of(server, "owner"), client_of(server, "asker")
    await owner.store.put_item(["notes"], "one", {"text": "mine"})
    assert (await owner.store.search_items(["notes"]))["items"]
    assert (await asker.store.search_items(["notes"]))["items"] == []
    assert (await asker.store.search_items(["owner", "notes"]))["items"] == []
    assert await asker.assistants.search()
    with refused(403):
        await asker.assistants.create("agent")


async def test_our_door_in_the_server_knows_the_same_users(server):
    async with httpx.AsyncClient(base_url=f"{server.url}/mainstem", timeout=60) as here:
        assert (await here.get("/threads")).status_code == 401
        headers = {"Authorization": f"Bearer {server.tokens['owner']}"}
        run = (await here.post("/runs", json={"input": HI}, headers=headers)).json()
        events = (await here.get(f"/runs/{run['run_id']}/events", headers=headers)).text
        assert '"status":"interrupted"' in events
        other = {"Authorization": f"Bearer {server.tokens['asker']}"}
        assert (await here.get(f"/runs/{run['run_id']}", headers=other)).status_code == 404
        assert (await here.get(f"/threads/{run['thread_id']}", headers=other)).status_code == 404
        assert (await here.get(f"/threads/{run['thread_id']}", headers=headers)).status_code == 200
