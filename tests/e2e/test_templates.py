"""The shapes of five well-known projects, opened as a langgraph.json names them, with a scripted provider."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mainstem import Session, Settings, laws
from mainstem import events as e
from mainstem.sessions import agents
from mainstem.stream.errors import SourceError
from mainstem.testing.check import check
from mainstem.testing.provider import ScriptedProvider
from tests.watched import watched

HERE = Path(__file__).parent / "templates"


def call(name, identity, **args):
    return {"tool_call": {"name": name, "id": identity, "args": args}}


def text(words):
    return [{"text": words}]


REMEMBERED = {"content": "Likes rain.", "context": "Said so."}
TODOS = {"todos": [{"content": "Research.", "status": "in_progress"}]}

SCRIPTS = {
    "react": [[call("search", "c1", query="Oslo")], text("It rains.")],
    "memory": [[call("upsert_memory", "c1", **REMEMBERED), call("upsert_memory", "c2", **REMEMBERED)], text("Noted.")],
    "deep": [
        [call("write_todos", "c1", **TODOS)],
        [call("task", "c2", description="Oslo?", subagent_type="researcher")],
        [call("internet_search", "c3", query="Oslo")],
        [call("write_file", "c4", file_path="a.md", content="Rain.")],
        text("Found: rain."),
        text("It rains."),
    ],
    "research": [
        text('{"need_clarification": false, "question": "", "verification": "I begin."}'),
        text('{"research_brief": "The weather."}'),
        [call("ConductResearch", "c1", research_topic="Oslo")],
        [call("web_search", "c2", queries=["Oslo"]), call("web_search", "c3", queries=["Rome"])],
        text("Enough."),
        text("Compressed: rain."),
        [call("ResearchComplete", "c4")],
        text("Report: it rains."),
    ],
    "assistant": [text("safe"), [call("calculator", "c1", expression="6*7")], text("It is 42.")],
    "chatbot": [text("Hello there.")],
    "supervisor": [
        [call("transfer_to_math_agent", "c1")],
        [call("calculator", "c2", expression="6*7")],
        text("It is 42."),
        text("The team says 42."),
    ],
}

ANSWERS = {
    "react": "It rains.",
    "memory": "Noted.",
    "deep": "It rains.",
    "research": "Report: it rains.",
    "assistant": "It is 42.",
    "chatbot": "Hello there.",
    "supervisor": "The team says 42.",
}

TOOLS = {
    "react": ["search"],
    "memory": ["upsert_memory", "upsert_memory"],
    "deep": ["write_todos", "task", "internet_search", "write_file"],
    "research": ["web_search", "web_search", "ConductResearch"],
    "assistant": ["calculator"],
    "chatbot": [],
    "supervisor": ["transfer_to_math_agent", "calculator"],
}


@asynccontextmanager
async def opened(name, script, monkeypatch):
    """A session of one of them, whose models ask a provider that plays `script`."""
    monkeypatch.setenv("TEMPLATES_MODEL", "")
    monkeypatch.delenv("TEMPLATES_MODEL")  # what the run sets is taken back
    async with ScriptedProvider(script) as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "scripted")
        settings, agent = await asyncio.to_thread(Settings), await asyncio.to_thread(agents.read_config, HERE, name)
        async with Session(settings, agent=agent) as session:
            yield session, provider


async def lawful(session, run):
    """The whole run, held against the laws and what its thread keeps."""
    seen = await watched(run)
    values = (await session.state(seen.result.thread_id)).values
    report = laws.check(seen.events, messages=values["messages"] if values else None)
    assert report.ok, report
    return seen


async def asked(session, question="Weather?", **more):
    return await lawful(session, session.ask(question, **more))


@pytest.mark.parametrize("name", SCRIPTS)
async def test_it_runs_with_nothing_but_a_question(name, monkeypatch):
    async with opened(name, SCRIPTS[name], monkeypatch) as (session, provider):
        seen = await asked(session)
    assert (seen.end.status, seen.end.error, seen.result.text) == ("done", None, ANSWERS[name])
    assert len(provider.requests) == len(SCRIPTS[name])
    calls = seen.of(e.ToolStarted)
    assert [each.name for each in calls] == TOOLS[name]
    assert all(each.args and each.node and each.task_id for each in calls if each.name != "transfer_to_math_agent")
    assert {each.status for each in seen.of(e.ToolFinished)} <= {"ok"}


async def test_a_context_that_is_given_reaches_the_model(monkeypatch):
    async with opened("react", SCRIPTS["react"], monkeypatch) as (session, provider):
        await asked(session, context={"model": "theirs", "system_prompt": "Sing."})
    assert {request.json["model"] for request in provider.requests} == {"theirs"}


async def test_the_environment_of_the_langgraph_json_reaches_the_model(monkeypatch):
    async with opened("react", SCRIPTS["react"], monkeypatch) as (session, provider):
        await asked(session)
    assert {request.json["model"] for request in provider.requests} == {"scripted"}


async def test_what_is_remembered_is_there_in_the_next_thread(monkeypatch):
    script = [*SCRIPTS["memory"], text("You like rain.")]
    async with opened("memory", script, monkeypatch) as (session, provider):
        first, second = await asked(session), await asked(session, "What do I like?")
    assert first.result.thread_id != second.result.thread_id
    assert "Likes rain." in str(provider.requests[-1].json["messages"][0])


async def test_a_chatbot_of_functions_goes_on_where_it_was(monkeypatch):
    async with opened("chatbot", [text("Hello."), text("Again.")], monkeypatch) as (session, provider):
        first = await asked(session)
        second = await asked(session, "And now?", thread=first.result.thread_id)
    assert second.result.text == "Again."
    assert [said["content"] for said in provider.requests[-1].json["messages"]] == ["Weather?", "Hello.", "And now?"]


async def test_an_agent_that_asks_goes_on_with_the_answer(monkeypatch):
    async with opened("asking", [text("It is unknown."), text("A scorpion.")], monkeypatch) as (session, provider):
        first = await asked(session)
        assert first.end.status == "interrupted"
        provider.play([text("It is unknown."), text("A scorpion.")])
        seen = await lawful(session, session.resume(first.result.thread_id, "1 November"))
    assert (seen.end.status, seen.result.text) == ("done", "A scorpion.")


async def test_what_is_flagged_is_told(monkeypatch):
    async with opened("assistant", [text("unsafe")], monkeypatch) as (session, _):
        seen = await asked(session)
    assert (seen.end.status, seen.result.text) == ("done", "This conversation was flagged.")


async def test_check_takes_a_context(monkeypatch):
    monkeypatch.setenv("TEMPLATES_MODEL", "any")
    agent = await asyncio.to_thread(agents.read_config, HERE, "react")
    trials = [trial async for trial in check(lambda: agents.opened(agent), context={"model": "theirs"}, only=["plain"])]
    assert [(trial.status, trial.report.ok) for trial in trials] == [("done", True)]


async def test_check_says_which_context_a_graph_needs(tmp_path):
    needy = tmp_path / "needy.py"
    await asyncio.to_thread(needy.write_text, NEEDY)
    with pytest.raises(SourceError) as raised:
        _ = [trial async for trial in check(lambda: agents.opened(agents.at(f"{needy}:graph")), only=["plain"])]
    assert "needs model" in raised.value.hint


NEEDY = """
from dataclasses import dataclass
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.runtime import Runtime


@dataclass
class Context:
    model: str


async def ask(state: MessagesState, runtime: Runtime[Context]):
    return {"messages": [("ai", runtime.context.model)]}


graph = StateGraph(MessagesState, context_schema=Context).add_node("ask", ask).add_edge(START, "ask").compile()
"""
