"""`ScriptedProvider`: an OpenAI-compatible server on loopback that plays scripts, faults included.

```python
async with ScriptedProvider([{"status": 429, "retry_after": 1}], ["Hello there."]) as provider:
    client = openai.AsyncOpenAI(base_url=provider.base_url, api_key="any")
```
"""

import asyncio
import json
import socket
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from mainstem.models.errors import ScriptError
from mainstem.models.openai.json_values import items, mapping, mappings
from mainstem.models.retrieved import parsed
from mainstem.models.scripted.script import load_script, parse_script
from mainstem.models.scripted.turn_queue import TurnQueue
from mainstem.testing.actions import DropConnection, HangConnection, Pause, Refuse, WireAction, Write, refusal
from mainstem.testing.completions import CompletionsPlayer
from mainstem.testing.responses import ResponsesPlayer
from mainstem.testing.script import Style, WireScript
from mainstem.testing.wire import Request, Wire

Pace = Literal["own", "max"] | float
"""`own`: as the script says; `max`: no pauses, one write; a number: so many events a second, no other pauses."""

_TEAR = 0.002
_INTERFACES = {"/chat/completions": CompletionsPlayer, "/responses": ResponsesPlayer}


class ScriptedProvider:
    """Serves `/v1/chat/completions` and `/v1/responses` (streamed or whole) and `/v1/models` on 127.0.0.1.

    `script` is a `WireScript`, plain data of that shape, or the path of a JSON file; each request plays the next turn
    (see `mainstem.testing.script`; HTTP 500 when none is left). With an `api_key`, requests without it get a 401.
    Without a `port`, the system gives a free one.
    `requests` holds every request in order, each with its `outcome`.
    """

    def __init__(
        self,
        script: WireScript | Sequence[Any] | str | Path,
        *,
        pace: Pace = "own",
        style: Style | None = None,
        models: Sequence[str] = ("scripted",),
        api_key: str | None = None,
        port: int = 0,
    ) -> None:
        self.requests: list[Request] = []
        self.play(script)
        self._pace = pace
        self._style = style or Style()
        self._models = list(models)
        self._api_key = api_key
        self._connections: set[Wire] = set()
        self._server: asyncio.Server | None = None
        self._port = port

    @property
    def base_url(self) -> str:
        """The address to give to a client, `/v1` included."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return len(self._connections)

    def play(self, script: WireScript | Sequence[Any] | str | Path) -> None:
        """Go on with another script, from its first turn."""
        read = _read(script)
        self._turns_left = TurnQueue(read.turns, repeat=read.repeat, name="provider script")

    def restart(self) -> None:
        """Play the script from its first turn again."""
        self._turns_left.restart()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Wire(self._serve, self._connections), "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()
        for wire in list(self._connections):
            await wire.aclose()

    async def _serve(self, request: Request, wire: Wire) -> None:
        self.requests.append(request)
        path = request.path.removeprefix("/v1")
        if self._api_key and request.headers.get("authorization") != f"Bearer {self._api_key}":
            await _refuse(wire, refusal(401, "Incorrect API key provided.", "invalid_api_key"))
        elif path == "/models":
            await _json(wire, 200, {"object": "list", "data": [_model(name) for name in self._models]})
        elif path in _INTERFACES:
            await self._play(request, wire, path)
        else:
            await _refuse(wire, refusal(404, f"There is no {request.path} here.", "not_found"))

    async def _play(self, request: Request, wire: Wire, path: str) -> None:
        try:
            turn = self._turns_left.next(_said(request.json))
        except ScriptError as error:
            await _refuse(wire, refusal(500, str(error), "script_ended"))
            return
        style, model = turn.style or self._style, str(request.json.get("model") or self._models[0])
        interface = _INTERFACES[path](turn, style, model)
        if request.json.get("stream"):
            await self._carry_out(_cut(interface.actions(), style.piece), request, wire)
        else:
            await self._answer_whole(interface, request, wire)

    async def _answer_whole(self, interface: CompletionsPlayer | ResponsesPlayer, request: Request, wire: Wire) -> None:
        for action in interface.actions():
            match action:
                case Refuse():
                    await _refuse(wire, action)
                    return
                case DropConnection():
                    request.outcome = "dropped"
                    wire.reset()
                    return
                case Pause() | HangConnection():
                    await self._wait(action)
                case Write():
                    pass
        await _json(wire, 200, interface.whole())

    async def _carry_out(self, actions: Iterable[WireAction], request: Request, wire: Wire) -> None:
        started, waiting = False, bytearray()
        for action in actions:
            if isinstance(action, Refuse):
                await _refuse(wire, action)
                return
            if not started:
                await wire.start(200, {"content-type": "text/event-stream; charset=utf-8"})
                started = True
            match action:
                case Write() if self._pace == "max" and not action.alone:
                    waiting += action.data
                case Write():
                    await wire.write(bytes(waiting))
                    waiting.clear()
                    await wire.write(action.data)
                    await self._between(action)
                case Pause() if self._pace != "own":
                    pass
                case DropConnection():
                    request.outcome = "dropped"
                    await asyncio.sleep(_TEAR)  # the reset must not overtake what was written
                    wire.reset()
                    return
                case _:
                    await wire.write(bytes(waiting))
                    waiting.clear()
                    await self._wait(action)
        await wire.write(bytes(waiting))
        await wire.finish()

    async def _between(self, write: Write) -> None:
        if write.alone:
            await asyncio.sleep(_TEAR)  # else the next write could come with it
        if isinstance(self._pace, float | int) and write.paced:
            await asyncio.sleep(1 / self._pace)

    async def _wait(self, action: WireAction) -> None:
        if isinstance(action, HangConnection):
            await asyncio.Event().wait()
        elif isinstance(action, Pause) and self._pace == "own":
            await asyncio.sleep(action.seconds)


def closed_port() -> int:
    """A port of 127.0.0.1 on which nothing listens: connections to it are refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _read(script: WireScript | Sequence[Any] | str | Path) -> WireScript:
    if isinstance(script, WireScript):
        return script
    return load_script(script, WireScript) if isinstance(script, str | Path) else parse_script(script, WireScript)


def _said(body: dict[str, Any]) -> str:
    """The last human text of a request of either interface, without what was found for it."""
    asked = body.get("messages") or body.get("input")
    if isinstance(asked, str):
        return parsed(asked).question
    humans = [message for message in mappings(asked) if message.get("role") == "user"]
    content = humans[-1].get("content") if humans else ""
    parts = [content] if isinstance(content, str) else [mapping(part).get("text") for part in items(content)]
    return parsed(" ".join(str(part or "") for part in parts)).question


def _cut(actions: Iterable[WireAction], piece: int | None) -> Iterator[WireAction]:
    """The same actions, in writes of so many bytes."""
    for action in actions:
        if piece is None or not isinstance(action, Write):
            yield action
            continue
        for start in range(0, len(action.data), piece):
            part = action.data[start : start + piece]
            yield Write(part, paced=action.paced and start == 0, alone=True)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "mainstem"}


async def _refuse(wire: Wire, refuse: Refuse) -> None:
    await _json(wire, refuse.status, refuse.body, refuse.headers)


async def _json(wire: Wire, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    content = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    await wire.start(status, {"content-type": "application/json", **(headers or {})})
    await wire.write(content.encode())
    await wire.finish()
