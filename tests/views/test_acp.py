"""An editor: the client side of ACP's own SDK, in this process over sockets, and once as a program over stdio."""

import asyncio
import socket
import sys
from contextlib import asynccontextmanager, suppress
from typing import Any

import acp
import pytest
from acp import schema

from mainstem import Session, Settings
from mainstem.views.acp.agent import serve_editor
from tests.fixtures import call
from tests.waiting import eventually
from tests.web import graphs
from tests.web.protocols import talks


class Editor:
    def __init__(self, *answers):
        self.updates, self.asked, self.answers = [], [], list(answers)

    async def session_update(self, session_id, update, **more):
        self.updates.append(update)

    async def request_permission(self, session_id, tool_call, options, **more):
        self.asked.append((tool_call, options))
        answer = self.answers.pop(0)
        if answer is None:
            return acp.RequestPermissionResponse(outcome=schema.DeniedOutcome(outcome="cancelled"))
        return acp.RequestPermissionResponse(outcome=schema.AllowedOutcome(outcome="selected", option_id=answer))

    def said(self, kind="agent_message_chunk"):
        return "".join(each.content.text for each in self.updates if each.session_update == kind)

    def calls(self):
        return [each for each in self.updates if each.session_update.startswith("tool_call")]


@asynccontextmanager
async def editing(editor: Any, settings=None, graph=None):
    """The agent's side of a connection with `editor`, initialised."""
    settings = settings or await asyncio.to_thread(Settings)
    ours, theirs = socket.socketpair()
    reading, writing = await asyncio.open_connection(sock=ours)
    serving = asyncio.create_task(serve_editor(Session(settings, graph=graph), reading, writing))
    answers, questions = await asyncio.open_connection(sock=theirs)
    agent = acp.connect_to_agent(editor, questions, answers)
    try:
        await agent.initialize(protocol_version=acp.PROTOCOL_VERSION)
        yield agent
    finally:
        await agent.close()
        questions.close()
        with suppress(ConnectionError):
            await serving


async def prompt(agent, text, session_id=None):
    session_id = session_id or (await agent.new_session(cwd="/", mcp_servers=[])).session_id
    return session_id, await agent.prompt(session_id=session_id, prompt=[acp.text_block(text)])


async def test_a_prompt_is_answered_with_all_that_is_done_for_it(scripted):
    editor = Editor()
    async with editing(editor, scripted(*talks.WORKS)) as agent:
        _, done = await prompt(agent, "What is 6*7?")
    assert done.stop_reason == "end_turn"
    assert editor.said() == talks.ANSWER
    assert editor.said("agent_thought_chunk") == "A sum."
    assert editor.calls()[0].title == 'calculate(expression="6*7")'
    assert [each.status for each in editor.calls() if each.status] == ["pending", "in_progress", "completed"]


@pytest.mark.worker
async def test_sources_stand_below_the_answer(scripted):
    editor, search = Editor(), call("search_documents", {"query": "ferry"}, "c1")
    async with editing(
        editor, scripted([search], [{"words": "The ferry sails at seven in the morning [1]."}])
    ) as agent:
        await prompt(agent, "When?")
    assert editor.said().endswith("\n\n[1] ferry.md")


@pytest.mark.parametrize(("answer", "saved"), [("approve", True), ("always", True), ("reject", False)])
async def test_a_call_is_asked_about_in_the_editor(scripted, tmp_path, answer, saved):
    editor = Editor(answer)
    async with editing(editor, scripted(*talks.ASKS)) as agent:
        _, done = await prompt(agent, "Note it.")
    ((asked, options),) = editor.asked
    assert asked.raw_input == {"title": "Fish", "text": "Salmon."}
    assert [option.kind for option in options] == ["allow_once", "allow_always", "reject_once"]
    assert (done.stop_reason, editor.said()) == ("end_turn", "It is noted.")
    assert bool(list(tmp_path.rglob("fish.md"))) is saved


async def test_a_prompt_that_is_cancelled_while_it_asks_is_over(scripted, tmp_path):
    calls = [call("save_note", {"title": title, "text": "Salmon."}, title) for title in ("Fish", "Sea")]
    goes_on = {"when": "both", "steps": [{"sleep": 600}]}
    script = scripted(calls, goes_on, {"when": "now", "steps": [{"words": "It was not noted."}]})
    editor = Editor(None)
    async with editing(editor, script) as agent:
        session_id, done = await prompt(agent, "Note both.")
        assert (done.stop_reason, editor.said(), len(editor.asked)) == ("cancelled", "", 1)
        _, later = await prompt(agent, "And now?", session_id)
    assert (later.stop_reason, editor.said()) == ("end_turn", "It was not noted.")
    assert not list((tmp_path / "home").rglob("*.md"))


async def test_a_cancelled_prompt_stops_the_run(scripted):
    editor = Editor()
    async with editing(editor, scripted(*talks.SLOW)) as agent:
        session_id = (await agent.new_session(cwd="/", mcp_servers=[])).session_id
        asking = asyncio.create_task(prompt(agent, "Slowly.", session_id))
        await eventually(editor.said)
        await agent.cancel(session_id=session_id)
        _, done = await asking
    assert done.stop_reason == "cancelled"
    assert len(editor.said().split()) < 10


async def test_a_session_goes_on_is_listed_and_loaded_again(scripted):
    settings = scripted([{"words": "First."}], [{"words": "Second."}])
    async with editing(Editor(), settings) as agent:
        session_id, _ = await prompt(agent, "One?")
        await prompt(agent, "Two?", session_id)
    later = Editor()
    async with editing(later, settings) as agent:
        listed = (await agent.list_sessions()).sessions
        await agent.load_session(session_id=session_id, cwd="/", mcp_servers=[])
        with pytest.raises(acp.RequestError, match="no thread"):
            await agent.load_session(session_id="nobodys", cwd="/", mcp_servers=[])
        with pytest.raises(acp.RequestError, match="no thread"):
            await prompt(agent, "Three?", "nobodys")
        assert [each.session_id for each in (await agent.list_sessions()).sessions] == [session_id]
    assert [(each.session_id, each.title) for each in listed] == [(session_id, "One?")]
    assert (later.said("user_message_chunk"), later.said()) == ("One?Two?", "First.Second.")


async def test_words_that_were_taken_back_are_said_to_be_so(scripted):
    editor = Editor()
    async with editing(editor, scripted(*talks.BREAKS)) as agent:
        await prompt(agent, "What is 6*7?")
    before, after = editor.said().split("taken back")
    assert (before.startswith("It is for"), after.endswith(talks.ANSWER)) == (True, True)


async def test_a_failure_and_a_foreign_question_are_told():
    async with editing(Editor(), graph=graphs.failing) as agent:
        with pytest.raises(acp.RequestError, match="the disk is"):
            await prompt(agent, "Hm?")
    editor = Editor()
    async with editing(editor, graph=graphs.questioning) as agent:
        session_id, done = await prompt(agent, "Hm?")
    assert done.stop_reason == "end_turn"
    assert f"mainstem resume {session_id}" in editor.said()


async def test_what_an_editor_embeds_and_links_is_part_of_the_question():
    editor = Editor()
    link = acp.resource_link_block("notes.md", "file:///notes.md")
    inner = acp.resource_block(acp.embedded_text_resource("file:///fish.md", "Salmon."))
    async with editing(editor, graph=graphs.answer) as agent:
        session_id = (await agent.new_session(cwd="/", mcp_servers=[])).session_id
        await agent.prompt(session_id=session_id, prompt=[acp.text_block("Look:"), link, inner])
    assert editor.said() == "You said: Look:\n\n[notes.md](file:///notes.md)\n\nfile:///fish.md:\nSalmon."


@pytest.mark.real
@pytest.mark.worker
async def test_an_editor_starts_the_program(extractive):
    editor: Any = Editor()
    given = ["-m", "mainstem", "acp", "--docs", str(extractive.docs[0]), "--home", str(extractive.home)]
    env = {"MAINSTEM_MODEL": "extractive", **acp.default_environment()}
    async with acp.spawn_agent_process(editor, sys.executable, *given, env=env) as (agent, _):
        await agent.initialize(protocol_version=acp.PROTOCOL_VERSION)
        await prompt(agent, "When does the ferry sail?")
    assert "seven in the morning" in editor.said()
