"""What each other way to stream becomes: the code of the page, run over the page's graph."""

import httpx
import pytest

from tests.docs.pages import DOCS, samples

WORDS = "The ferry sails at seven."


@pytest.fixture(scope="module")
def page():
    """The names that the page's code defines."""
    names = {}
    code = "\n\n".join(samples(DOCS / "how-to" / "coming-from.md", "python"))
    exec(compile(code, "coming-from.md", "exec"), names)
    return names


async def test_streaming_std_out(page, capsys):
    await page["stdout"]()
    assert capsys.readouterr().out == WORDS


async def test_async_iterator(page):
    pieces = [text async for text in page["tokens"]()]
    assert "".join(pieces) == WORDS
    assert len(pieces) > 1


async def test_final_streaming(page):
    assert await page["final"]() == WORDS


async def test_astream_log(page):
    states = await page["states"]()
    assert states[-1]["messages"][-1]["content"] == WORDS


async def test_astream_events(page):
    kinds = await page["kinds"]()
    for kind in ("message.started", "message.delta", "message.finished", "node.started", "node.finished"):
        assert kind in kinds


async def test_graph_astream(page):
    assert await page["nodes"]() == [("ask", ("messages",))]


async def test_ag_ui(page, monkeypatch):
    body = {"threadId": "t", "runId": "r", "state": {}, "tools": [], "context": [], "forwardedProps": {}}
    body["messages"] = [{"id": "m", "role": "user", "content": "When does the ferry sail?"}]
    transport = httpx.ASGITransport(page["app"])
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.post("/ag-ui", json=body)
    assert answer.status_code == 200
    assert '"RUN_FINISHED"' in answer.text
    assert "ferry" in answer.text


async def test_chainlit(page):
    class Message:
        """What the code needs of Chainlit's message."""

        def __init__(self):
            self.tokens, self.sent = [], False

        async def stream_token(self, token):
            self.tokens.append(token)

        async def send(self):
            self.sent = True

    message = Message()
    await page["on_message"](message)
    assert "".join(message.tokens) == WORDS
    assert message.sent
