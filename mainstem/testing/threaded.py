"""The provider for code that has no event loop: the same server, in a thread of its own."""

import asyncio
import threading
from types import TracebackType
from typing import Any, Self

from mainstem.testing.provider import ScriptedProvider
from mainstem.testing.wire import Request


class ThreadedProvider:
    """`with ThreadedProvider(script) as provider: …`; takes what `ScriptedProvider` takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._provider = ScriptedProvider(*args, **kwargs)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mainstem-provider", daemon=True)

    @property
    def base_url(self) -> str:
        """The address to give to a client, `/v1` included."""
        return self._provider.base_url

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in order."""
        return self._provider.requests

    def restart(self) -> None:
        """Play the script from its first turn again."""
        self._provider.restart()

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._provider.__aenter__(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._provider.__aexit__(kind, error, trace), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
