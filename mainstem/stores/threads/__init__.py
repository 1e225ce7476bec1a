"""Threads: the saver of their checkpoints, the lease that gives a thread to one run, and which there are."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Threads(Protocol):
    """The threads of one home, over whichever graph."""

    def saver(self) -> AbstractAsyncContextManager[Any]:
        """The saver (LangGraph's `BaseCheckpointSaver`), to be used within; it raises `ThreadsUnreachable`."""
        ...

    async def latest(self, saver: Any, limit: int | None = None) -> list[str]:
        """The ids of the threads in a graph's `saver`, newest first; none where it is of another kind than ours."""
        ...

    def lease(self, thread: str) -> AbstractAsyncContextManager[None]:
        """Hold a thread against every other run, in whichever process; given up when its process dies.

        Raises `ThreadBusy`. Whoever is within may be cancelled: then the lease was lost.
        """
        ...

    async def leased(self, thread: str) -> bool:
        """Whether a run, in whichever process, holds the thread just now."""
        ...
