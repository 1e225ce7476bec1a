"""The scripted wire: a provider in a process of its own, lean enough to feed a thousand streams from one core.

    python -m benchmarks.wire CORE [CERTIFICATE]

It prints its port, and ends with its standard input. With a certificate (a file that holds its key, too) it speaks TLS.
What to send stands in the question itself, as JSON, so that any client can ask:

    {"rate": 50, "tokens": 150}     that many tokens a second, each with the time of its sending in µs: ~12345678901~
    {"tokens": 10000}               all at once, faster than any reader
    {"tokens": 100, "hold": true}   all at once, and then silence until the client leaves
    {"tokens": 150, "prose": true}  words of prose and a number now and then, without the times; with a rate or without

GET /stats says how it went since it was last asked: CPU and wall seconds, tokens, and how late they were sent.
"""

import asyncio
import json
import os
import re
import ssl
import sys
import time
from heapq import heappop, heappush
from typing import Any, cast

STAMP = "~%011d~"
SENTENCE = 16
"""Tokens of a sentence."""
_QUESTION = re.compile(r'\{"(rate|tokens)".*?\}')
WORD = " stem"
PROSE = (
    "The harbour was built of stone in 1902, and its boats sail at seven in the morning from the old pier. Who wants "
    "to go along asks the captain; it costs 4.50 for a grown person, and half of that for a child below twelve."
)
_PIECE = 256  # tokens of a burst that are written at once
# as long as what OpenAI sends: about 300 bytes
_ANSWER = (
    'data: {"id":"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012","object":"chat.completion.chunk","created":1764482400,'
    '"model":"scripted-2026-11-30","service_tier":"default","system_fingerprint":"fp_0123456789",'
)
_EVENT = _ANSWER + '"choices":[{"index":0,"delta":%s,"logprobs":null,"finish_reason":%s}],"usage":null}\n\n'
_USAGE = _ANSWER + '"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":%d,"total_tokens":%d}}\n\n'
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


def framed(event: str) -> bytes:
    """One event in an HTTP chunk of its own, as providers send it."""
    data = event.encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


def delta(text: str) -> bytes:
    return framed(_EVENT % (f'{{"content":"{text}"}}', "null"))


_BEFORE, _AFTER = delta(STAMP % 0).split((STAMP % 0).encode())
_END_BEFORE, _END_AFTER = delta(f"{STAMP % 0}. So").split((STAMP % 0).encode())
_PROSE = [delta(f" {word}") for word in reversed(PROSE.split())]  # what is left is counted down
_FIRST = framed(_EVENT % ('{"role":"assistant","content":""}', "null"))
_WORD = delta(WORD)


def last(tokens: int) -> bytes:
    end = _EVENT % ("{}", '"stop"')
    return framed(end) + framed(_USAGE % (tokens, tokens + 9)) + framed("data: [DONE]\n\n") + b"0\r\n\r\n"


def _some_prose(left: int, many: int) -> bytes:
    return b"".join(_PROSE[place % len(_PROSE)] for place in range(left + many - 1, left - 1, -1))


def clock() -> float:
    """Seconds that every process of this machine counts alike, always with five digits before the point."""
    return 10000.0 + time.monotonic() % 80000.0


class Wire:
    """Sends what is due. One loop for all streams: a timer a token would cost more than the token."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Stream]] = []
        self._count = 0
        self._more = asyncio.Event()
        self.reset()

    def reset(self) -> None:
        self._late: list[float] = []
        self._began, self._cpu = time.monotonic(), time.process_time()

    def stats(self) -> dict[str, Any]:
        late = sorted(self._late) or [0.0]
        found = {
            "seconds": time.monotonic() - self._began,
            "cpu": time.process_time() - self._cpu,
            "tokens": len(self._late),
            "late_p99": late[int(len(late) * 0.99)],
        }
        self.reset()
        return found

    def add(self, due: float, stream: "Stream") -> None:
        self._count += 1
        heappush(self._due, (due, self._count, stream))
        self._more.set()

    async def run(self) -> None:
        while True:
            if not self._due:
                self._more.clear()
                await self._more.wait()
            await asyncio.sleep(max(0.0, self._due[0][0] - time.monotonic()))
            self._send_due(time.monotonic())

    def _send_due(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            due, _, stream = heappop(self._due)
            if stream.send():
                self._late.append(time.monotonic() - due)
                self.add(due + stream.pause, stream)


class Stream:
    """One answer."""

    def __init__(self, asked: dict[str, Any], streaming: bool, out: "Connection") -> None:
        self.pause = 1 / asked["rate"] if asked.get("rate") else 0.0
        self.tokens = int(asked["tokens"])
        self._left = self.tokens
        self._hold = bool(asked.get("hold"))
        self._prose = bool(asked.get("prose"))
        self._streaming = streaming
        self._out = out

    def begin(self, wire: Wire) -> None:
        if not self._streaming:
            wire.add(time.monotonic() + self.tokens * self.pause, self)
            return
        self._out.write(_HEAD + _FIRST)
        if self.pause:
            wire.add(time.monotonic(), self)
        else:
            self.pour()

    def send(self) -> bool:
        """Send the next token of a paced stream; False when it is over."""
        if self._out.lost:
            return False
        if not self._streaming:
            self._out.write(self._whole())
            return False
        if self._left == 0:
            self._out.write(last(self.tokens))
            return False
        self._left -= 1
        if self._prose:
            self._out.write(_PROSE[self._left % len(_PROSE)])
            return True
        before, after = (_BEFORE, _AFTER) if self._left % SENTENCE else (_END_BEFORE, _END_AFTER)
        self._out.write(before + (STAMP % (clock() * 1e6)).encode() + after)
        return True

    def pour(self) -> None:
        """Send as much of a burst as the socket takes."""
        while self._left and not self._out.full:
            now = min(self._left, _PIECE)
            self._left -= now
            self._out.write(_some_prose(self._left, now) if self._prose else _WORD * now)
        if not self._left:
            self._out.stream = None
            if not self._hold:
                self._out.write(last(self.tokens))

    def _whole(self) -> bytes:
        message = {"role": "assistant", "content": WORD * self.tokens + STAMP % (clock() * 1e6)}
        usage = {"prompt_tokens": 9, "completion_tokens": self.tokens, "total_tokens": self.tokens + 9}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        kind = "chat.completion"
        said = {"id": "1", "object": kind, "created": 1, "model": "scripted", "choices": [choice], "usage": usage}
        body = json.dumps(said).encode()
        return _WHOLE % (len(body), body)


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection, kept alive."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._got = b""
        self.full = self.lost = False
        self.stream: Stream | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.write = self._transport.write

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True

    def pause_writing(self) -> None:
        self.full = True

    def resume_writing(self) -> None:
        self.full = False
        if self.stream is not None:
            self.stream.pour()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, rest = self._got.partition(b"\r\n\r\n")
        if found and len(rest) >= (length := _length(head)):
            self._got = rest[length:]
            self._answer(head.split(b" ", 2)[1], rest[:length])

    def _answer(self, path: bytes, body: bytes) -> None:
        if path == b"/stats":
            said = json.dumps(self._wire.stats()).encode()
            self.write(_WHOLE % (len(said), said))
            return
        given = json.loads(body)
        self.stream = Stream(asked(given["messages"][-1]["content"]), bool(given.get("stream")), self)
        self.stream.begin(self._wire)


def asked(content: Any) -> dict[str, Any]:
    """What a question asks for; clients write it as a string or as a list of parts, perhaps with more around it."""
    text = content if isinstance(content, str) else "\n".join(part["text"] for part in content)
    found = _QUESTION.search(text)
    return json.loads(found.group() if found else text)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def main(core: int, certificate: str | None = None) -> None:
    os.sched_setaffinity(0, {core})
    wire, loop = Wire(), asyncio.get_running_loop()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if certificate else None
    if tls is not None:
        tls.load_cert_chain(str(certificate))
    server = await loop.create_server(lambda: Connection(wire), "127.0.0.1", 0, backlog=4096, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    work = asyncio.create_task(wire.run())
    await asyncio.to_thread(sys.stdin.read)
    work.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
