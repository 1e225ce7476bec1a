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

from .callbacks import Listener
from .calls import ModelCalls
from .events import AnyEvent
from .family import Kin
from .fold import Result
from .narrator import Narrator
from .translate import translate


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
        self._narrator = Narrator(answer_nodes, tags)
        super().__init__(ModelCalls(self._narrator.state, self._narrator.clock))
        self._open: set[str] = set()
        self._held = False

    # its readers

    @property
    def run_id(self) -> str:
        """The id that all its events bear."""
        return self._narrator.run_id

    @property
    def events(self) -> list[AnyEvent]:
        """The events so far."""
        return list(self._narrator.events)

    @property
    def finished(self) -> bool:
        """Whether the run is over."""
        return self._narrator.finished

    def result(self) -> Result:
        """What came of the run. Raises `ValueError` while it has not ended."""
        return self._narrator.fold.result()

    async def __aiter__(self) -> AsyncIterator[AnyEvent]:
        """The events from the first on, past and to come. Readers come and go without touching the run."""
        narrator, taken = self._narrator, 0
        while True:
            while taken < len(narrator.events):
                yield narrator.events[taken]
                taken += 1
            if narrator.finished and taken == len(narrator.events):
                return
            await narrator.more(taken)

    # its bounds

    def __enter__(self) -> "CallbackRun":
        self._held = True
        self._narrator.start(self._name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._take(partial(self._narrator.finish, error))

    # what it hears

    def hear(self, part: Mapping[str, Any], kin: Kin) -> None:
        """The next part becomes events."""
        event: Mapping[str, Any] = part["data"]
        begins = kin.outermost and event["event"].endswith("_start")
        if self._narrator.finished:
            if begins:
                warnings.warn("A CallbackRun records one run: make another one for the next.", stacklevel=2)
            return
        if begins:
            self._enter(event["run_id"], kin)
        self._narrator.put(*translate(part, self._narrator.state, self._narrator.clock()))
        if event["event"].endswith(("_end", "_error")) and event["run_id"] in self._open:
            self._leave(event["run_id"], event["data"].get("error"))

    def _enter(self, run_id: str, kin: Kin) -> None:
        if not self._held and not self._narrator.events:
            self._narrator.start(self._name or kin.name)
        self._open.add(run_id)

    def _leave(self, run_id: str, error: BaseException | None) -> None:
        self._open.discard(run_id)
        if not self._held and not self._open:
            self._narrator.finish(error)
