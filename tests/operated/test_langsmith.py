"""LangSmith's own variables: unset, nothing is sent; set, LangChain sends its runs, as it does without us."""

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .. import forked

pytestmark = pytest.mark.real

RUN = """
import asyncio
from mainstem import watch
from tests.operated.graphs import HI, spoken
from langchain_core.tracers.langchain import wait_for_all_tracers

async def main():
    result = await watch(spoken(), HI).result()
    assert result.status == "done", result

asyncio.run(main())
wait_for_all_tracers()
"""


@pytest.fixture
def langsmith():
    """A server that notes which paths were asked for; its address and those."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.do_GET()

        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            body = b"{}"
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("tracing", "sent"), [("true", True), ("false", False), (None, False)])
def test_langsmiths_variables_turn_it_on_and_off(tracing, sent, langsmith):
    address, asked = langsmith
    told = {"LANGSMITH_ENDPOINT": address, "LANGSMITH_API_KEY": "key", "LANGSMITH_PROJECT": "mine"}
    told |= {"LANGSMITH_TRACING": tracing} if tracing else {}
    forked.run("-c", RUN, env={**os.environ, **told}, check=True)
    assert any(path.startswith("POST /runs") for path in asked) is sent, asked
