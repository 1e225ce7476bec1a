"""The transport against small servers of our own: how bodies end, what is kept, and what never waits."""

import asyncio
import gzip
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from mainstem.models.coalesce import StreamTransport, http_client
from mainstem.models.coalesce.body import FULL, ResponseBody
from mainstem.models.size_limits import BODY

Serve = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
IMPATIENT = httpx.Timeout(60, read=0.1)
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@asynccontextmanager
async def serving(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[str, list[int]]]:
    """The address of a server, and for each connection how many requests came over it."""
    asked: list[int] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(0)
        number = len(asked) - 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
                body = await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
                asked[number] += 1
                await serve(head + body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{port}/v1", asked
    finally:
        server.close()


def answering(*pieces: bytes, close: bool = False) -> Serve:
    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        if close:
            writer.close()

    return serve


def http(**given: object) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=StreamTransport(), follow_redirects=True, **given)


@pytest.mark.parametrize(
    ("pieces", "close"),
    [
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"], False),
        ([b"HTTP/1.1 200 OK\r\ncontent-le", b"ngth: 5\r\n\r\nhe", b"llo"], False),
        ([CHUNKED, b"2\r\nhe\r\n3\r", b"\nllo\r\n0\r\n\r\n"], False),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", CHUNKED + b"5\r\nhello\r\n0\r\n\r\n"], False),
        ([b"HTTP/1.1 200 OK\r\n\r\nhe", b"llo"], True),
        ([b"HTTP/1.0 200 OK\r\n\r\nhello"], True),
        ([b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(b"hello")], True),
    ],
)
async def test_however_a_body_ends_it_is_read(pieces: list[bytes], close: bool) -> None:
    async with serving(answering(*pieces, close=close)) as (url, _), http() as web:
        assert (await web.post(url, json={"a": 1})).text == "hello"


async def test_a_connection_is_used_again_after_a_whole_answer() -> None:
    async with serving(answering(CHUNKED, b"2\r\nok\r\n0\r\n\r\n")) as (url, asked), http() as web:
        for _ in range(3):
            assert (await web.get(url)).text == "ok"
        assert asked == [3]
        await asyncio.gather(*[web.get(url) for _ in range(3)])
        assert len(asked) == 3


async def test_an_answer_that_is_left_closes_its_connection() -> None:
    gone = asyncio.Event()

    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + b"2\r\nhe\r\n")
        try:
            while True:
                await asyncio.sleep(0.01)
                writer.write(b"1\r\nx\r\n")
                await writer.drain()
        except ConnectionError:
            gone.set()

    async with serving(serve) as (url, _), http() as web:
        async with web.stream("POST", url) as response:
            assert await anext(response.aiter_bytes())
        await asyncio.wait_for(gone.wait(), 60)


async def test_a_connection_that_the_server_has_closed_is_not_used_again() -> None:
    closed = asyncio.Semaphore(0)

    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + b"2\r\nok\r\n0\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        closed.release()

    async with serving(serve) as (url, asked), http() as web:
        for _ in range(5):
            assert (await web.post(url, json={})).text == "ok"
            await closed.acquire()
        assert len(asked) == 5


async def test_a_connection_on_which_the_server_took_its_leave_is_not_used_again() -> None:
    """What it says unasked, before the loop has read it, is no answer to the next request."""
    leave, left = asyncio.Event(), asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    async def farewell(writer: asyncio.StreamWriter) -> None:
        await leave.wait()
        writer.write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 4\r\n\r\ngone")
        left.set()

    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + b"2\r\nok\r\n0\r\n\r\n")
        if not tasks:
            tasks.append(asyncio.create_task(farewell(writer)))

    async with serving(serve) as (url, asked), http() as web:
        assert (await web.post(url, json={})).text == "ok"
        leave.set()
        await left.wait()
        answer = await web.post(url, json={})
        assert (answer.status_code, answer.text) == (200, "ok")
        assert asked == [1, 1]
        await asyncio.gather(*tasks)


async def test_a_connection_that_the_server_will_close_is_not_used_again() -> None:
    last = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"
    async with serving(answering(last)) as (url, asked), http() as web:
        for _ in range(2):
            assert (await web.post(url, json={})).text == "ok"
        assert asked == [1, 1]


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ([], httpx.RemoteProtocolError),
        ([b"HTTP/1.1 200"], httpx.RemoteProtocolError),
        ([CHUNKED, b"5\r\nhel"], httpx.RemoteProtocolError),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello"], httpx.RemoteProtocolError),
        ([CHUNKED, b"zz\r\n"], httpx.RemoteProtocolError),
        ([b"SSH-2.0-OpenSSH\r\n\r\n"], httpx.RemoteProtocolError),
    ],
)
async def test_an_answer_that_breaks_off_is_an_error(pieces: list[bytes], error: type[Exception]) -> None:
    async with serving(answering(*pieces, close=True)) as (url, _), http() as web:
        with pytest.raises(error):
            await web.post(url, json={})


async def test_limits_are_kept() -> None:
    async with serving(answering(CHUNKED + b"2\r\nhe\r\n")) as (url, _), http(timeout=IMPATIENT) as web:
        with pytest.raises(httpx.ReadTimeout):
            await web.get(url)
    async with serving(answering()) as (url, _), http(timeout=IMPATIENT) as web:
        with pytest.raises(httpx.ReadTimeout):
            await web.get(url)


async def test_nobody_listens() -> None:
    async with http() as web:
        with pytest.raises(httpx.ConnectError):
            await web.get("http://127.0.0.1:1/v1")


async def test_a_header_cannot_break_out_of_its_line() -> None:
    async with serving(answering()) as (url, asked), http() as web:
        with pytest.raises(httpx.LocalProtocolError):
            await web.get(url, headers={"authorization": "Bearer x\r\nevil: 1"})
        assert asked == []


async def test_redirects_are_followed() -> None:
    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        if b"/v1/there" in request:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n" + request[-4:])
        else:
            writer.write(b"HTTP/1.1 307 Go\r\nlocation: /v1/there\r\ncontent-length: 0\r\n\r\n")

    async with serving(serve) as (url, _), http() as web:
        assert (await web.post(url, content=b"body")).text == "body"


async def test_a_reader_that_does_not_read_stops_the_socket() -> None:
    sent = 0

    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(CHUNKED)
        for _ in range(640):
            writer.write(b"10000\r\n" + b"x" * 65535 + b"\n\r\n")
            await writer.drain()
            sent += 65536
        writer.write(b"0\r\n\r\n")

    async with serving(serve) as (url, _), http() as web, web.stream("GET", url) as response:
        body: ResponseBody = response.extensions[BODY]
        stopped_at = -1
        while stopped_at != sent:
            stopped_at = sent
            await asyncio.sleep(0.2)
        assert body._size < FULL + 2 * 262_144
        assert sent < 640 * 65536
        assert len(await response.aread()) == 640 * 65536


async def test_what_was_sent_together_is_read_together() -> None:
    many = b"".join(b"1\r\n%d\r\n" % (number % 10) for number in range(1000))
    async with serving(answering(CHUNKED, many + b"0\r\n\r\n")) as (url, _), http() as web:
        async with web.stream("GET", url) as response:
            pieces = [piece async for piece in response.aiter_raw()]
        assert len(b"".join(pieces)) == 1000
        assert len(pieces) < 10


async def certified(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of nobody's for this machine, and what a server needs to show it."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    try:
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not here to make a certificate")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    await asyncio.to_thread(context.load_cert_chain, cert, key)
    return cert, context


@pytest.mark.real
async def test_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, context = await certified(tmp_path)
    async with serving(answering(CHUNKED, b"2\r\nhe\r\n", b"3\r\nllo\r\n0\r\n\r\n"), context) as (url, _):
        async with http() as web:
            with pytest.raises(httpx.ConnectError):  # it is nobody's certificate
                await web.get(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        async with http() as web:
            assert [(await web.get(url)).text for _ in range(2)] == ["hello", "hello"]


async def test_other_methods_and_bodies_in_pieces_go_through_httpx() -> None:
    async with serving(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")) as (url, _), http() as web:
        assert (await web.head(url)).status_code == 200


async def test_a_proxy_of_the_environment_is_used_and_what_comes_through_it_is_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    chunk = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
    asked: list[bytes] = []

    async def proxy(request: bytes, writer: asyncio.StreamWriter) -> None:
        asked.append(request.split(b"\r\n")[0])
        await answering(head, chunk * 50, close=True)(request, writer)

    async with serving(proxy) as (url, _):
        monkeypatch.setenv("HTTP_PROXY", url.removesuffix("/v1"))
        async with http_client(coalesce=True) as web:
            response = await web.get("http://model.invalid/v1")
    assert asked == [b"GET http://model.invalid/v1 HTTP/1.1"]
    assert response.content.count(b"data:") < 5
    assert b'"content":"' + b"a" * 50 + b'"' in response.content
