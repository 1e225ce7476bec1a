"""A bound on how long a stream may be silent."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TypeVar, cast

T = TypeVar("T")


async def bounded(source: AsyncIterator[T], seconds: float) -> AsyncGenerator[T]:
    """The items of `source`; `TimeoutError` when the next one takes longer than `seconds`.

    The time that the reader takes does not count. However it ends, `source` is closed at once and not by the garbage
    collector: a stream that nobody reads must not keep its connection.
    """
    loop = asyncio.get_running_loop()
    async with aclosing(cast("AsyncGenerator[T]", source)):
        while True:
            # one timer an item: `wait_for` would make a task of each
            async with asyncio.timeout_at(loop.time() + seconds):
                try:
                    item = await anext(source)
                except StopAsyncIteration:
                    return
            yield item
