"""The connections of an event loop: one a server, shared by the sessions that name it alike."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from mainstem.mcp import McpServer

from .connection import McpConnection

Key = tuple[str, str]


class _Pool:
    def __init__(self) -> None:
        self.connections: dict[Key, McpConnection] = {}
        self.users: dict[Key, int] = {}


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()


def connections(servers: Mapping[str, McpServer]) -> list[McpConnection]:
    """The connections to these servers; each is made when it is first used.

    They last until the sessions that `held` them are left, and without such ones as long as their event loop.
    """
    pool = _pool()
    return [pool.connections.setdefault(key, McpConnection(name, server)) for key, name, server in _enabled(servers)]


@asynccontextmanager
async def held(servers: Mapping[str, McpServer]) -> AsyncGenerator[None]:
    """Within it, these servers may be used; who leaves it last leaves them."""
    pool, keys = _pool(), [key for key, _, _ in _enabled(servers)]
    for key in keys:
        pool.users[key] = pool.users.get(key, 0) + 1
    try:
        yield
    finally:
        for key in keys:
            pool.users[key] -= 1
        unused = [pool.connections.pop(key) for key in keys if not pool.users[key] and key in pool.connections]
        await asyncio.gather(*(connection.close() for connection in unused))


def _pool() -> _Pool:
    return _pools.setdefault(asyncio.get_running_loop(), _Pool())


def _enabled(servers: Mapping[str, McpServer]) -> list[tuple[Key, str, McpServer]]:
    return [((name, server.model_dump_json()), name, server) for name, server in servers.items() if not server.disabled]
