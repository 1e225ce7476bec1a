"""Words that go on a message, from LangChain's callback to the run without the way through LangGraph's stream.

That way costs a task, a wait and a wake-up of the event loop for each chunk, which is more than all that is done with
it here. Nothing comes out of its order: words are told at once only where all that the graph has streamed before them
is told already, and go LangGraph's way everywhere else, as all that is not the middle of a message does. So they do
where LangGraph's handler is not built as it is known here.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

from langchain_core.callbacks import BaseCallbackHandler

try:
    from langgraph.pregel._messages import StreamMessagesHandler
except ImportError:
    StreamMessagesHandler = None

Part = tuple[tuple[str, ...], str, tuple[Any, Mapping[str, Any]]]
"""A part of the `messages` mode: namespace, mode, and a message with its metadata."""

Tell = Callable[[Any, Mapping[str, Any]], bool]
"""Tells a message with its metadata at once; False where that cannot be done."""


class SpokenWords:
    """Stands where LangGraph's handler of the `messages` mode hands over what it heard. Made in the run's loop."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._queue: asyncio.Queue[Part] | None = None

    def attach(self, handlers: Sequence[BaseCallbackHandler]) -> None:
        """Stand there for the first of LangGraph's handlers among these, where that is known how to do."""
        if self._queue is not None or StreamMessagesHandler is None:
            return
        handler: Any = next((each for each in handlers if isinstance(each, StreamMessagesHandler)), None)
        hands_over: Any = getattr(handler, "stream", None)
        if not isinstance(hands_over, partial) or cast("Any", hands_over).func != self._loop.call_soon_threadsafe:
            return
        queue: Any = getattr(cast("Any", hands_over).args[0], "__self__", None)
        if isinstance(queue, asyncio.Queue):
            self._queue = cast("asyncio.Queue[Part]", queue)
            handler.stream = self

    def __call__(self, part: Part) -> None:
        """Take LangGraph's part, behind all that was handed over before."""
        here = threading.get_ident() == self._thread
        (self._loop.call_soon if here else self._loop.call_soon_threadsafe)(self._arrive, part)

    def _arrive(self, part: Part) -> None:
        queue = cast("asyncio.Queue[Part]", self._queue)
        if not (queue.empty() and self._tell(*part[2])):
            queue.put_nowait(part)
