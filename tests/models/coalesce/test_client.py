"""The options of httpx that `http_client` takes, and readers that are busy or leave before the end."""

import asyncio
import ssl
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from mainstem import http_client, sync_http_client
from mainstem.models.coalesce.body import ResponseBody
from mainstem.stream.arrivals import announcer

from .test_transport import answering, certified, serving

CHUNK = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Wire:
    def pause(self) -> None:
        pass

    def resume(self) -> None:
        pass

    def release(self, *, whole: bool) -> None:
        pass


async def test_a_silence_while_the_reader_is_busy_is_no_failure() -> None:
    body, heard = ResponseBody(Wire(), silence=0.5), b""
    asyncio.get_running_loop().call_soon(body.arrived, b"a")  # once the reader waits, and so a silence is measured
    async for taken in body.arrivals():
        heard += b"".join(arrival.data for arrival in taken)
        if heard == b"a":
            await asyncio.sleep(1.5)  # busy for longer than the silence that is allowed
            body.arrived(b"b")
            body.end()
    assert heard == b"ab"


async def test_a_silence_behind_a_busy_reader_is_measured_anew() -> None:
    body, heard = ResponseBody(Wire(), silence=0.2), b""
    asyncio.get_running_loop().call_soon(body.arrived, b"a")

    async def busy() -> None:
        nonlocal heard
        async for taken in body.arrivals():
            heard += b"".join(arrival.data for arrival in taken)
            await asyncio.sleep(0.5)

    with pytest.raises(httpx.ReadTimeout):
        await busy()
    assert heard == b"a"


async def test_no_thread_is_left_when_a_reader_that_blocks_leaves_a_silent_stream() -> None:
    over = asyncio.Event()

    async def silent(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(EVENTS + CHUNK)
        await over.wait()

    def leave(url: str) -> list[str]:
        with sync_http_client(coalesce=True) as web, web.stream("GET", url) as response:
            next(response.iter_bytes())
        reading = [thread for thread in threading.enumerate() if thread.name == "mainstem-read-ahead"]
        for thread in reading:
            thread.join(60)
        return [thread.name for thread in reading if thread.is_alive()]

    async with serving(silent) as (url, _):
        assert await asyncio.to_thread(leave, url) == []
        over.set()


async def test_the_end_of_one_stream_is_told_to_no_other() -> None:
    server = serving(answering(EVENTS, CHUNK, b"data: [DONE]\n\n", close=True))
    async with server as (url, _), http_client(coalesce=True) as web:
        await web.get(url)
        told = announcer.get()
    assert told is not None
    assert told.last is None


@pytest.mark.parametrize("coalesce", [True, False])
async def test_httpx_options_stay_what_they_are(coalesce: bool) -> None:
    asked: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request)

    options: Any = {
        "headers": {"x-team": "a"},
        "timeout": 7.0,
        "params": {"v": "1"},
        "event_hooks": {"request": [note]},
    }
    server = serving(answering(EVENTS, CHUNK * 50, close=True))
    async with server as (url, _), http_client(coalesce=coalesce, **options) as web:
        response = await web.get(url)
    (request,) = asked
    assert (request.headers["x-team"], request.headers["accept-encoding"]) == ("a", "identity")
    assert request.url.params["v"] == "1"
    assert request.extensions["timeout"]["read"] == 7.0
    assert (response.content.count(b"data:") < 50) is coalesce
    assert len(options["event_hooks"]["request"]) == 1


async def test_a_proxy_that_is_given_is_used_and_joined() -> None:
    async with serving(answering(EVENTS, CHUNK * 50, close=True)) as (url, _):
        web = http_client(coalesce=True, proxy=url.removesuffix("/v1"))
        response = await web.get("http://model.invalid/v1")
        await web.aclose()
    assert response.content.count(b"data:") < 50


def test_a_client_without_an_event_loop_takes_them_too() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=dict(request.headers))

    with sync_http_client(coalesce=True, transport=httpx.MockTransport(answer), headers={"x-team": "a"}) as web:
        assert web.get("http://model.invalid").json()["x-team"] == "a"


@pytest.mark.real
async def test_a_certificate_of_ones_own_is_trusted_where_it_is_given(tmp_path: Path) -> None:
    cert, context = await certified(tmp_path)
    trusting = await asyncio.to_thread(ssl.create_default_context, cafile=cert)
    async with serving(answering(EVENTS, CHUNK * 50, close=True), context) as (url, _):
        async with http_client(coalesce=True) as web:
            with pytest.raises(httpx.ConnectError):
                await web.get(url)
        async with http_client(coalesce=True, verify=trusting) as web:
            assert (await web.get(url)).content.count(b"data:") < 50

        def blocking() -> int:
            with sync_http_client(coalesce=True, verify=trusting) as web, web.stream("GET", url) as response:
                return len(next(response.iter_bytes()))

        assert await asyncio.to_thread(blocking) > 0
