"""Play the cases against a peer: read, stop, leave, sleep, read again; and look behind its back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.truth import tcp
from benchmarks.truth.cases import Case
from benchmarks.truth.graphs import SLOW_TOOL
from benchmarks.truth.peers.base import InProcess, Reading
from benchmarks.truth.seen import Seen
from mainstem.testing import ScriptedProvider, WireScript

SOON = 1.0
"""Seconds within which a graph that is stopped must have left its model."""
_AT_MOST = 60.0


@dataclass(frozen=True)
class Pauses:
    """Seconds that nothing is done for; verdicts are only as good as they are long."""

    patience: float = 1.5
    """After which the reader of a silent run gives up."""
    nap: float = 0.8
    """That the sleeping reader sleeps."""
    leaving: float = 1.0
    """That a graph has to notice that its reader left."""
    tool: float = SLOW_TOOL
    """After which the slow tool has ended, had it not been stopped."""


class Player:
    """Plays cases, one after the other, against one provider."""

    def __init__(self, provider: ScriptedProvider, pauses: Pauses = Pauses()) -> None:
        self._provider = provider
        self._pauses = pauses
        self._before = 0

    async def play(self, peer: type[Reading], case: Case) -> Seen:
        """One run of one case, and what was seen of it."""
        self._provider.play(WireScript(turns=case.played))
        self._before = len(self._provider.requests)
        reading = peer(case)
        ways: dict[str, Callable[[Reading], Awaitable[None]]] = {
            "read": self._read,
            "stop": self._stop,
            "stop in a tool": self._stop_in_tool,
            "leave": self._leave,
            "sleep": self._sleep,
            "again": self._again,
        }
        await ways[case.how](reading)
        reading.seen.stored, reading.seen.pending = await reading.stored()
        await self._settled()
        return reading.seen

    async def _read(self, reading: Reading) -> None:
        task = asyncio.create_task(_drain(reading))
        patience = self._pauses.patience if reading.case.name in ("stall", "silence") else _AT_MOST
        done, _ = await asyncio.wait([task], timeout=patience)
        if not done:
            reading.seen.outcome = "given up"
            await self._stopped(reading, task)

    async def _stop(self, reading: Reading) -> None:
        task = asyncio.create_task(_drain(reading))
        await _until(lambda: reading.seen.words)
        reading.seen.outcome = "given up"
        await self._stopped(reading, task)

    async def _stop_in_tool(self, reading: Reading) -> None:
        task = asyncio.create_task(_drain(reading))
        await _until(lambda: any(one.outcome == "answered" for one in self._requests()))
        await asyncio.sleep(0.3)
        asked = len(self._requests())
        reading.seen.outcome = "given up"
        await self._stopped(reading, task)
        await asyncio.sleep(self._pauses.tool)
        reading.seen.still_open = len(self._requests()) > asked

    async def _leave(self, reading: Reading) -> None:
        reading.seen.outcome = "given up"
        if isinstance(reading, InProcess):
            await tcp.leave(reading, self._pauses.leaving)
        else:
            parts = reading.parts()
            async for part in parts:
                reading.note(part)
                if reading.seen.words:
                    break
            await parts.aclose()  # type: ignore[attr-defined]  # it is an async generator
            await asyncio.sleep(self._pauses.leaving)
        reading.seen.still_open = self._open()

    async def _sleep(self, reading: Reading) -> None:
        async for part in reading.parts():
            reading.note(part)
            if reading.seen.words and reading.seen.waited is None:
                await asyncio.sleep(self._pauses.nap)
                reading.seen.waited = len(self._requests()) < 2

    async def _again(self, reading: Reading) -> None:
        await self._read(reading)
        self._provider.play(WireScript(turns=reading.case.played))
        reading.seen.replayed = await reading.again()

    async def _stopped(self, reading: Reading, task: asyncio.Task[None]) -> None:
        await reading.stop(task)
        await _until(lambda: not self._open(), SOON)
        reading.seen.still_open = self._open()
        await asyncio.wait([task], timeout=_AT_MOST)
        if not task.done():
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def _requests(self) -> list[object]:
        return list(self._provider.requests[self._before :])

    def _open(self) -> bool:
        return any(one.outcome == "open" for one in self._provider.requests[self._before :])

    async def _settled(self) -> None:
        """Wait until nobody talks to the provider: the next case must not be answered into this one."""
        await _until(lambda: not self._open(), _AT_MOST)


async def _drain(reading: Reading) -> None:
    try:
        async for part in reading.parts():
            reading.note(part)
    except Exception as error:  # noqa: BLE001 - whatever a peer raises is what its reader gets
        if reading.seen.outcome != "given up":
            reading.seen.outcome = "raised"
        reading.seen.error = f"{type(error).__name__}: {error}"


async def _until(true: Callable[[], bool], seconds: float = _AT_MOST) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.02)
