"""The provider for code that has no event loop: the same server, in a thread of its own."""

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from anyio.from_thread import start_blocking_portal

from mainstem.testing.provider import ScriptedProvider
from mainstem.testing.wire import Request


class ThreadedProvider:
    """`with ThreadedProvider(script) as provider: …`; takes what `ScriptedProvider` takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._provider = ScriptedProvider(*args, **kwargs)
        self._opened = ExitStack()

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
        with ExitStack() as opening:
            portal = opening.enter_context(start_blocking_portal())
            opening.enter_context(portal.wrap_async_context_manager(self._provider))
            self._opened = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, trace)
