"""When bytes came for sockets that are not being read: so that a stream's frames hide no arrival."""

import select
from contextlib import suppress
from typing import Any


class Waiting:
    """What has come for one socket and is not read yet: when first and when last, in seconds of `time.monotonic()`."""

    def __init__(self) -> None:
        self.since: float | None = None
        self.until: float | None = None

    def note(self, now: float) -> None:
        """Something has come."""
        self.until = now
        if self.since is None:
            self.since = now

    def take(self, now: float) -> tuple[float, float]:
        """When the first and the last of what is read `now` came; what nobody saw come has come just now."""
        since, until = self.since or now, self.until or now
        self.since = self.until = None
        return since, until


class Readiness:
    """The edges of many sockets: each arrival is one, told when somebody looks."""

    def __init__(self) -> None:
        self._epoll: Any = None
        self._sockets: dict[int, Waiting] = {}
        self.sees = hasattr(select, "epoll")
        """Whether this system tells of them."""

    def add(self, fd: int) -> Waiting:
        """Watch the socket `fd` from now on."""
        waiting = self._sockets[fd] = Waiting()
        if self.sees:
            if self._epoll is None:
                self._epoll = select.epoll()
            with suppress(FileExistsError):
                self._epoll.register(fd, select.EPOLLIN | select.EPOLLET)
        return waiting

    def remove(self, fd: int, waiting: Waiting) -> None:
        """Watch it no more. Below TLS it may be closed already, and its number another socket's."""
        if self._sockets.get(fd) is not waiting:
            return
        del self._sockets[fd]
        if self._epoll is not None:
            with suppress(OSError):
                self._epoll.unregister(fd)

    def look(self, now: float) -> list[Waiting]:
        """Those for which something has come since the last look, noted as come `now`."""
        if self._epoll is None:
            return []
        came = [self._sockets[fd] for fd, _ in self._epoll.poll(0) if fd in self._sockets]
        for waiting in came:
            waiting.note(now)
        return came
