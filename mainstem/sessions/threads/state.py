"""The state of a thread, read from where its graph keeps it."""

from collections.abc import Awaitable
from typing import Any, TypeVar

from ...stream.errors import DamagedThread, MainstemError, describe
from ...stream.sources import LocalGraph, Source

T = TypeVar("T")


async def state_at(source: Source, config: dict[str, Any]) -> Any:
    """The `StateSnapshot` at what `config` names: a thread's end, or a checkpoint of it. Raises `DamagedThread`."""
    return await _read(source, source.state({"configurable": config["configurable"]}), config)


async def is_free(source: Source, config: dict[str, Any]) -> bool:
    """Whether it is seen, without reading all that a thread holds, that nothing waits at its end."""
    if not isinstance(source, LocalGraph) or "checkpoint_id" in config["configurable"]:
        return False
    return not await _read(source, source.has_interrupts(config), config)


async def _read(source: Source, reading: Awaitable[T], config: dict[str, Any]) -> T:
    try:
        return await reading
    except MainstemError:
        raise
    except Exception as error:
        if not isinstance(source, LocalGraph):
            raise  # a server's own report, which its caller knows how to read
        thread = config["configurable"].get("thread_id")
        raise DamagedThread(f"Thread {thread!r} cannot be read: {describe(error).message}") from error
