"""Whoever answers at an address may be anybody: what is read of it is bounded, and it sends nobody on elsewhere."""

import asyncio
import gzip
import json
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest
import zstandard
from pydantic import SecretStr

from mainstem.models import size_limits
from mainstem.models.errors import ModelError, RedirectedError, ServerFailedError, TooLargeError
from mainstem.models.openai.chat import Chat
from mainstem.settings import Settings

pytestmark = pytest.mark.real  # a server that floods its readers

MB = 1 << 20
KEY = "sk-mine-0000"

LESS = 8
"""How many times smaller the limits are here, so that little has to be sent to reach them."""

LIMITS = {
    "MAX_ANSWER_BYTES": 16 * MB,
    "MAX_STREAM_BYTES": 64 * MB,
    "MAX_LINE_BYTES": 8 * MB,
    "MAX_ANSWER_CHARS": 4_000_000,
}
"""As they are elsewhere."""


@pytest.fixture(autouse=True)
def _smaller(monkeypatch):
    for name, limit in LIMITS.items():
        assert getattr(size_limits, name) == limit
        monkeypatch.setattr(size_limits, name, limit // LESS)


class Anybody(BaseHTTPRequestHandler):
    """Answers as `server.answer` says: a status, headers, and pieces without an announced end."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.do_GET()

    def do_GET(self) -> None:
        self.server.calls.append((self.path, self.headers.get("authorization")))
        status, headers, pieces = self.server.answer(self.path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for piece in pieces:
                self.wfile.write(piece)
                self.server.sent += len(piece)
        except OSError:  # the reader has gone
            pass

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def serving():
    servers = []

    def start(answer):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Anybody)
        server.daemon_threads = True
        server.answer, server.calls, server.sent = answer, [], 0
        server.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def model(server, name="any", **given):
    return Chat.from_settings(
        name, Settings(_env_file=None, openai_base_url=server.url, openai_api_key=SecretStr(KEY), **given)
    )


async def streamed(chat):
    async for _ in chat.astream("hi"):
        pass


async def whole(chat):
    await chat.ainvoke("hi")


async def blocking(chat):
    await asyncio.to_thread(lambda: [None for _ in chat.stream("hi")])


async def blocking_whole(chat):
    await asyncio.to_thread(chat.invoke, "hi")


WAYS = pytest.mark.parametrize("ask", [streamed, whole, blocking, blocking_whole])
READERS = pytest.mark.parametrize("given", [{}, {"coalesce": False}, {"openai_api": "responses"}], ids=str)


async def failure(ask, chat):
    with pytest.raises(ModelError) as caught:
        await ask(chat)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 700
    return caught.value


@WAYS
@READERS
async def test_nothing_is_sent_where_a_redirect_leads(serving, ask, given):
    other = serving(lambda path: (200, {}, [b"{}"]))
    server = serving(lambda path: (307, {"location": f"{other.url}/stolen", "content-length": "0"}, []))
    error = await failure(ask, model(server, **given))
    assert type(error) is RedirectedError
    assert not error.retryable
    assert f"redirects to {other.url.removesuffix('/v1')}: nothing was sent there" in str(error)
    assert other.calls == []
    assert len(server.calls) == 1


@pytest.mark.parametrize("location", ["//127.0.0.2/v1", "https://127.0.0.1/v1", "http://localhost:{port}/v1"])
async def test_another_scheme_name_or_port_is_another_origin(serving, location):
    server = serving(lambda path: (308, {"location": location.format(port=port), "content-length": "0"}, []))
    port = server.server_address[1]
    assert type(await failure(streamed, model(server))) is RedirectedError


@WAYS
async def test_a_redirect_within_the_origin_is_followed(serving, ask):
    def answer(path):
        if path.endswith("/there"):
            return 500, {}, [b'{"error": "got there"}']
        return 307, {"location": "/v1/there", "content-length": "0"}, []

    server = serving(answer)
    assert "got there" in str(await failure(ask, model(server)))
    assert server.calls[1] == ("/v1/there", f"Bearer {KEY}")


def endless(piece):
    for _ in range(200 * MB // len(piece)):  # an end, lest a reader without bounds never comes back
        yield piece


@WAYS
@READERS
async def test_an_error_says_what_it_is_however_long_it_goes_on(serving, ask, given):
    server = serving(lambda path: (503, {"content-type": "text/html"}, endless(b"<p>no, " * 9000)))
    error = await failure(ask, model(server, **given))
    assert type(error) is ServerFailedError
    assert "503: <p>no" in str(error)
    assert server.sent < 60 * MB  # what the sockets hold, and no more


@WAYS
@READERS
async def test_an_answer_without_end_is_too_large(serving, ask, given):
    kind = {"content-type": "application/json"}
    server = serving(lambda path: (200, kind, endless(b" " * 65536)))
    assert "of more than 2 MB" in str(await failure(ask, model(server, **given)))
    assert server.sent < 60 * MB


@pytest.mark.parametrize("ask", [streamed, blocking])
@READERS
async def test_a_line_without_end_is_too_large(serving, ask, given):
    kind = {"content-type": "text/event-stream"}
    server = serving(lambda path: (200, kind, [b"data: ", *endless(b"x" * 65536)]))
    error = await failure(ask, model(server, **given))
    assert type(error) is TooLargeError
    assert not error.retryable
    assert "a line of more than 1 MB" in str(error)


@pytest.mark.parametrize("ask", [streamed, blocking])
@READERS
async def test_a_stream_of_nothing_without_end_is_too_large(serving, ask, given):
    kind = {"content-type": "text/event-stream"}
    server = serving(lambda path: (200, kind, endless(b": " + b"n" * 65536 + b"\n\n")))
    assert "an answer of more than 8 MB" in str(await failure(ask, model(server, **given)))


PACK = {
    "gzip": lambda data: gzip.compress(data, 1),
    "deflate": lambda data: zlib.compress(data, 1),
    "br": lambda data: brotli.compress(data, quality=1),
    "zstd": lambda data: zstandard.ZstdCompressor(level=1).compress(data),
}


@pytest.fixture(scope="module", params=PACK)
def bomb(request):
    return request.param, PACK[request.param](b" " * (200 * MB // LESS))


@WAYS
async def test_what_unpacks_without_end_is_too_large(serving, ask, bomb):
    packed, data = bomb
    server = serving(lambda path: (200, {"content-type": "application/json", "content-encoding": packed}, [data]))
    assert "of more than 2 MB" in str(await failure(ask, model(server)))


@pytest.mark.parametrize(("packed", "package"), [("br", "brotli"), ("zstd", "zstandard")])
async def test_what_takes_a_package_says_which(serving, monkeypatch, packed, package):
    monkeypatch.setitem(sys.modules, package, None)
    server = serving(lambda path: (200, {"content-encoding": packed}, [b"x"]))
    assert f"pip install {package}" in str(await failure(streamed, model(server)))


@pytest.mark.parametrize("packed", ["compress", "gzip, gzip"])
async def test_how_an_answer_is_packed_is_known(serving, packed):
    server = serving(lambda path: (200, {"content-encoding": packed}, [b"x"]))
    assert f"packed by {packed!r}, which it was not asked for" in str(await failure(streamed, model(server)))


@pytest.mark.parametrize("packed", PACK)
async def test_a_packed_answer_that_is_none_is_one_line(serving, packed):
    server = serving(lambda path: (200, {"content-encoding": packed}, [b"it is not packed at all"]))
    assert "cannot be unpacked" in str(await failure(streamed, model(server)))


@pytest.mark.parametrize("packed", PACK)
@WAYS
async def test_a_packed_answer_is_read(serving, ask, packed):
    kind = {"content-type": "application/json", "content-encoding": packed}
    server = serving(lambda path: (500, kind, [PACK[packed](b'{"error": {"message": "a packed word"}}')]))
    assert "a packed word" in str(await failure(ask, model(server)))


@pytest.mark.parametrize("ask", [streamed, blocking])
async def test_a_list_of_models_is_bounded(serving, ask):
    server = serving(lambda path: (200, {"content-type": "application/json"}, endless(b" " * 65536)))
    assert "of more than 2 MB" in str(await failure(ask, model(server, name="")))
    assert server.calls[0][0] == "/v1/models"


async def test_a_head_without_end_is_refused(serving):
    server = serving(lambda path: (200, {f"x-{n}": "x" * 1000 for n in range(300)}, []))
    assert await failure(streamed, model(server))


def delta(**what):
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": what}]}).encode() + b"\n\n"


def call(text):
    return {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": text}}]}


@pytest.mark.parametrize("ask", [streamed, blocking])
@pytest.mark.parametrize("what", [{"content": "x" * 9000}, {"reasoning_content": "x" * 9000}, call("x" * 9000)])
async def test_words_reasoning_and_arguments_have_an_end(serving, ask, what):
    kind = {"content-type": "text/event-stream"}
    server = serving(lambda path: (200, kind, endless(delta(**what))))
    assert "an answer of more than 500,000 characters" in str(await failure(ask, model(server)))


def test_one_line_is_measured_over_its_pieces():
    gauge = size_limits.Gauge(200, "text/event-stream")
    for _ in range(3):
        assert gauge.measure(b"x" * (size_limits.MAX_LINE_BYTES - 10) + b"\n" + b"y" * 10)
    with pytest.raises(size_limits.NotRead):
        gauge.measure(b"x" * size_limits.MAX_LINE_BYTES)
