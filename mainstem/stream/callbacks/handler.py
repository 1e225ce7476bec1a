"""For code that only takes `callbacks=[…]`: a handler that turns what LangChain calls back into the same events.

    run = CallbackRun()
    chain.invoke("…", config={"callbacks": [run]})      # from any thread, or `await chain.ainvoke(…)`
    run.events, run.result().text

Models stream under it, also when they are invoked, as they do in LangGraph. It only listens: it cannot stop the code.
"""

import warnings
from collections.abc import AsyncIterator, Collection, Mapping
from functools import partial
from types import TracebackType
from typing import Any

from ..events import AnyEvent
from ..transcript import Result
from ..translate import translate_part
from .listener import Listener
from .model_calls import ModelCalls
from .recorder import CallbackRecorder
from .run_tree import RunPlace


class CallbackRun(Listener):
    """Records one run as numbered events: from the start of the outermost runnable that it is given to, to its end.

    `async for event in run` follows it from any event loop, also while the code runs in a thread; `events` holds what
    there is so far, all of it in memory. As a context manager (`with CallbackRun() as run:`) the run is the block, for
    code that calls models or chains one after the other. One handler records one run: what is called back after its
    end is not recorded.

    `answer_nodes`: the runnables whose words are the answer, by name. `tags`: whatever costs are told apart by.
    """

    def __init__(
        self, *, answer_nodes: Collection[str] | None = None, tags: Mapping[str, str] | None = None, name: str = ""
    ) -> None:
        self._name = name
        self._recorder = CallbackRecorder(answer_nodes, tags)
        super().__init__(ModelCalls(self._recorder.state, self._recorder.clock))
        self._open: set[str] = set()
        self._held = False

    # its readers

    @property
    def run_id(self) -> str:
        """The id that all its events bear."""
        return self._recorder.run_id

    @property
    def events(self) -> list[AnyEvent]:
        """The events so far."""
        return list(self._recorder.events)

    @property
    def finished(self) -> bool:
        """Whether the run is over."""
        return self._recorder.finished

    def result(self) -> Result:
        """What came of the run. Raises `ValueError` while it has not ended."""
        return self._recorder.transcript.result()

    async def __aiter__(self) -> AsyncIterator[AnyEvent]:
        """The events from the first on, past and to come. Readers come and go without touching the run."""
        recorder, taken = self._recorder, 0
        while True:
            while taken < len(recorder.events):
                yield recorder.events[taken]
                taken += 1
            if recorder.finished and taken == len(recorder.events):
                return
            await recorder.more(taken)

    # its bounds

    def __enter__(self) -> "CallbackRun":
        self._held = True
        self._recorder.start(self._name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._take(partial(self._recorder.finish, error))

    # what it hears

    def hear(self, part: Mapping[str, Any], place: RunPlace) -> None:
        """The next part becomes events."""
        event: Mapping[str, Any] = part["data"]
        begins = place.outermost and event["event"].endswith("_start")
        if self._recorder.finished:
            if begins:
                warnings.warn("A CallbackRun records one run: make another one for the next.", stacklevel=2)
            return
        if begins:
            self._enter(event["run_id"], place)
        self._recorder.put(*translate_part(part, self._recorder.state, self._recorder.clock()))
        if event["event"].endswith(("_end", "_error")) and event["run_id"] in self._open:
            self._leave(event["run_id"], event["data"].get("error"))

    def _enter(self, run_id: str, place: RunPlace) -> None:
        if not self._held and not self._recorder.events:
            self._recorder.start(self._name or place.name)
        self._open.add(run_id)

    def _leave(self, run_id: str, error: BaseException | None) -> None:
        self._open.discard(run_id)
        if not self._held and not self._open:
            self._recorder.finish(error)
