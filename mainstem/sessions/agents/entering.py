"""What a user's own code gives in place of a graph or a store, entered and awaited."""

import inspect
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def entered(found: Any) -> AsyncGenerator[Any]:
    """A value, a coroutine of one, or a context manager of either kind around one."""
    if hasattr(found, "__aenter__"):
        async with found as inner:
            yield inner
    elif hasattr(found, "__enter__"):
        with found as inner:
            yield inner
    else:
        yield await found if inspect.isawaitable(found) else found
