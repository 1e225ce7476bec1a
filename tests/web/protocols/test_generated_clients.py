"""Clients that others generate from `/openapi.json`: one in TypeScript and one in Python, each used over real TCP."""

import asyncio
import importlib
import json
import os

import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from mainstem import Session
from mainstem.web.application import app
from tests import forked
from tests.docs.pages import DOCS, samples
from tests.waiting import eventually
from tests.web.served import door

from . import talks

PAGE = DOCS / "how-to" / "generate-a-client.md"
pytestmark = pytest.mark.real  # node, and a client that is generated


@pytest.fixture(scope="module")
def described():
    return app(Session()).openapi()


async def test_a_typescript_client_is_checked_and_follows_a_run(node, scripted, described):
    async with door(settings=scripted(*talks.WORKS)) as (client, _):
        asked = {"openapi": described, "url": str(client.base_url), "question": "What is 6*7?"}
        seen = await node("generate", {**asked, "sample": samples(PAGE, "ts")[0]})
    assert seen["words"] == talks.ANSWER
    assert (seen["kinds"][0], seen["kinds"][-1], seen["status"]) == ("run.started", "run.finished", "done")
    assert seen["titles"] == ["What is 6*7?"]
    assert "unknown" in seen["problem"]


@pytest.fixture(scope="module")
def generated(described, tmp_path_factory):
    """The folder of the Python client."""
    folder = tmp_path_factory.mktemp("generated")
    document = folder / "openapi.json"
    document.write_text(json.dumps(described), encoding="utf-8")
    made = ConfigFile(post_hooks=[])
    target = folder / "mainstem_client"
    config = Config.from_sources(made, MetaType.NONE, document, "utf-8", overwrite=True, output_path=target)
    assert [each.detail for each in generate(config=config)] == []
    return folder


@pytest.fixture
def mainstem_client(generated, monkeypatch):
    """Imports a module of the client."""
    monkeypatch.syspath_prepend(generated)
    return lambda name: importlib.import_module(f"mainstem_client.{name}")


async def test_a_python_client_asks_and_reads_events_by_their_kinds(mainstem_client, scripted):
    models = mainstem_client("models")
    async with door(settings=scripted(*talks.WORKS)) as (client, manager):
        theirs = mainstem_client("client").Client(base_url=str(client.base_url))
        body = models.RunRequest(question="What is 6*7?", thread="sums")
        started = await mainstem_client("api.runs.start_run").asyncio(client=theirs, body=body)
        await eventually(lambda: not manager.runs.running)
        read = mainstem_client("api.durable_streams.read_run_stream")
        events = await read.asyncio(started.run_id, client=theirs)
        thread = await mainstem_client("api.threads.get_thread").asyncio("sums", client=theirs)
        unknown = await mainstem_client("api.runs.get_run").asyncio("unknown", client=theirs)
    assert isinstance(started, models.Started)
    assert isinstance(events[0], models.RunStarted)
    assert isinstance(events[-1], models.RunFinished)
    assert events[-1].status == "done"
    assert "".join(each.text for each in events if isinstance(each, models.MessageDelta)) == talks.ANSWER
    assert [each.text for each in thread.messages if each.role == "assistant" and each.text] == [talks.ANSWER]
    assert isinstance(unknown, models.ProblemDetails)
    assert unknown.status == 404


async def test_what_is_told_of_an_upload_has_kinds_too(mainstem_client, scripted):
    models = mainstem_client("models")
    async with door(settings=scripted()) as (client, _):
        answer = await client.post("/documents", files={"files": ("tides.md", b"# Tides\n\nThey rise twice a day.")})
    *progress, end = map(json.loads, answer.text.splitlines())
    assert [models.UploadProgress.from_dict(each).label for each in progress] == ["tides.md"]
    assert models.UploadIndexed.from_dict(end).indexed == 1


async def test_the_python_sample(generated, tmp_path):
    async with door() as (client, _):
        sample = tmp_path / "sample.py"
        (code,) = samples(PAGE, "py")
        code = code.replace("http://127.0.0.1:8000", str(client.base_url).rstrip("/"))
        sample.write_text(f"{code}\nprint(events[0].type_)")
        ran = await asyncio.to_thread(forked.run, sample, env={**os.environ, "PYTHONPATH": str(generated)})
    assert ran.stdout == "run.started\n", ran.stderr
