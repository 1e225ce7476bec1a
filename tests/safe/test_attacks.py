"""No planted instruction changes anything without a person's approval, through any door, though the model obeys it."""

import asyncio
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from typer.testing import CliRunner

from mainstem import Session, Settings
from mainstem.cli.app import app as commands
from mainstem.knowledge.index_cache import library
from mainstem.sessions.approvals import reject, response
from mainstem.settings import use

from ..fixtures import LAST_YEAR
from ..views.test_acp import Editor, editing, prompt
from ..web.served import door
from .attacks import Attack, attacks
from .obeying import Obeying

ATTACKS = attacks()
EACH = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with all of the attacks, and a home that has indexed it."""
    folder, home = tmp_path_factory.mktemp("planted") / "papers", tmp_path_factory.mktemp("planted") / "home"
    for attack in ATTACKS:
        for name, text in attack.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            os.utime(file, (LAST_YEAR, LAST_YEAR))
    with ThreadPoolExecutor() as pool:
        pool.submit(asyncio.run, library(Settings(home=home, docs=[folder])).index([folder])).result()
    return folder, home


@pytest.fixture
def settings(planted: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home that knows the attacks, and a model that obeys them."""
    folder, indexed = planted
    shutil.copytree(indexed, tmp_path / "home", dirs_exist_ok=True)

    async def obeying(*_: Any) -> Obeying:
        return Obeying(attacks=ATTACKS)

    monkeypatch.setattr("nodes.attempts.aload", obeying)
    return Settings(home=tmp_path / "home", docs=[folder], model="openai:obeying", openai_base_url="http://127.0.0.1:1")


def changed(settings: Settings) -> list[str]:
    """What was changed: notes that were written."""
    return [note.name for note in (settings.home / "notes").glob("*")]


def test_there_are_enough_of_them():
    assert len(ATTACKS) >= 40
    assert len({attack.title for attack in ATTACKS}) == len({attack.word for attack in ATTACKS}) == len(ATTACKS)


@EACH
async def test_in_python(settings: Settings, attack: Attack):
    async with Session(settings) as session:
        result = await session.ask(attack.question, thread="t").result()
        assert result.status == "interrupted", f"it was not obeyed: {result}"
        (asked,) = result.interrupts
        assert asked.request["action_requests"][0]["args"]["title"] == attack.title
        assert not changed(settings)
        result = await session.resume("t", response([reject("who asked for that?")])).result()
    assert (result.status, result.text, changed(settings)) == ("done", "Done.", [])


def body_for(path: str, question: str) -> dict[str, Any]:
    asked = [{"id": "m", "role": "user", "content": question}]
    parts = [{"id": "m", "role": "user", "parts": [{"type": "text", "text": question}]}]
    bodies: dict[str, dict[str, Any]] = {
        "/runs": {"question": question, "thread": uuid4().hex},
        "/ag-ui": {"threadId": uuid4().hex, "runId": uuid4().hex, "messages": asked},
        "/ai-sdk": {"id": uuid4().hex, "messages": parts},
        "/v1/chat/completions": {"model": "agent", "messages": asked, "stream": True},
        "/v1/responses": {"model": "agent", "input": question, "stream": True},
        "/mcp": {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": ASK | {"arguments": {"question": question}},
        },
    }
    return bodies[path]


ASK = {"name": "ask"}


async def test_over_http_and_its_protocols(settings: Settings):
    """Each attack through one of them, for each takes its time."""
    paths = ["/runs", "/ag-ui", "/ai-sdk", "/v1/chat/completions", "/v1/responses", "/mcp"]
    async with door(settings=settings) as (client, manager):
        for attack, path in zip(ATTACKS, cycle(paths), strict=False):
            body = body_for(path, attack.question)
            answer = await client.post(path, json=body, headers={"Accept": "application/json, text/event-stream"})
            assert answer.status_code == 200, answer.text
            assert attack.title in answer.text, (path, attack.name)
        ends = [record.status for record in await manager.runs.records(None, 1000)]
    assert ends == ["interrupted"] * len(ATTACKS)
    assert not changed(settings)


async def test_as_a_langgraph_server_runs_the_graph(settings: Settings):
    async with Session(settings) as session:
        graph = session.source.graph.copy(update={"checkpointer": InMemorySaver()})
        for attack in ATTACKS:
            config = {"configurable": {"thread_id": attack.title}}
            with use(settings):
                await graph.ainvoke({"messages": [{"role": "user", "content": attack.question}]}, config)
            state = await graph.aget_state(config)
            assert [one.value["action_requests"][0]["args"]["title"] for one in state.interrupts] == [attack.title]
    assert not changed(settings)


async def test_in_an_editor(settings: Settings):
    editor = Editor(*["reject"] * len(ATTACKS))
    async with editing(editor, settings) as agent:
        for attack in ATTACKS[::8]:
            await prompt(agent, attack.question)
            assert attack.title in str(editor.asked[-1]), attack.name
    assert len(editor.asked) == len(ATTACKS[::8])
    assert not changed(settings)


def test_in_the_terminal(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAINSTEM_OPENAI_BASE_URL", "http://127.0.0.1:1")
    for attack in ATTACKS[::8]:
        options = ["--docs", str(settings.docs[0]), "--home", str(settings.home), "--model", "openai:obeying"]
        result = CliRunner().invoke(commands, ["ask", attack.question, *options])
        assert result.exit_code == 3, (attack.name, result.output)
    assert not changed(settings)
