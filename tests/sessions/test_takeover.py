"""What a session does with a run that is its own to go on with: nobody else does, so it must not be lost."""

import asyncio
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from mainstem.sessions import takeover
from mainstem.sessions.admission.recorded_request import RecordedRequest
from mainstem.sessions.takeover import Takeover
from mainstem.stores.sharing import Command, Orphan
from mainstem.stream.errors import JournalError, ThreadError

REQUEST = RecordedRequest({"messages": []}).written() or ""


class Recorded:
    """What was written of a run: its journal cannot be read the first time."""

    def __init__(self) -> None:
        self.read_times = 0

    async def read(self, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        self.read_times += 1
        if self.read_times == 1:
            raise JournalError("The journal cannot be read.")
        return []


class Going:
    """A session that cannot read the thread the first time."""

    is_open = True

    def __init__(self) -> None:
        self.looked = 0
        self.gone_on: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def latest(self, thread: str) -> Any:
        self.looked += 1
        if self.looked == 1:
            raise ThreadError("The threads cannot be read.")
        return SimpleNamespace(metadata={}, tasks=(), values={"messages": []})

    def obey(self, command: Command) -> None:
        raise AssertionError(command)

    def go_on(self, orphan: Orphan, given: Any, *_: Any) -> Any:
        self.gone_on.set_result((orphan.run_id, given))


async def test_what_cannot_be_read_just_now_is_tried_again(monkeypatch):
    monkeypatch.setattr(takeover, "RETRY_SECONDS", 0)
    session: Any = Going()
    recorded: Any = Recorded()
    succession = Takeover(session, lambda run: run)
    succession._adopt([Orphan("r", "t", {}, REQUEST, True, recorded)])
    assert await session.gone_on == ("r", {"messages": []})
    assert (recorded.read_times, session.looked) == (3, 2)


async def obeying(session: Any) -> Callable[[Sequence[Command]], None]:
    return takeover.obeying(session)


async def test_what_comes_when_the_loop_is_closed_is_left_to_others():
    session: Any = Going()
    succession = Takeover(session, lambda run: run)
    succession._loop = asyncio.new_event_loop()
    succession._loop.close()
    recorded: Any = Recorded()
    succession._adopt([Orphan("r", "t", {}, REQUEST, True, recorded)])
    obey = await asyncio.to_thread(lambda: asyncio.run(obeying(session)))  # for a loop that is closed then
    obey([Command("r", "stop", "")])
    assert (recorded.read_times, session.looked, session.gone_on.done()) == (0, 0, False)
