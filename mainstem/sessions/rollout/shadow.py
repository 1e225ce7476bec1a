"""Shadow runs: a variant answers the same question, after the answer, on a copy of the thread that nobody else sees."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

from langgraph.checkpoint.memory import InMemorySaver

from ...settings import Settings, use
from ...stream.errors import MainstemError, describe
from ...stream.run import Run
from ...stream.run_options import RunOptions
from ...stream.sources import Source, source_of
from ...variant import SHADOW_OF, VARIANT, Variant
from ..budgets import shadow_accounts, shadow_budget_left

log = logging.getLogger("mainstem.rollout")

MOST_WAITING = 16
"""Shadow runs that wait for their turn; one more is left out."""


class Shadow:
    """What a shadow run does again: a question, put to a thread as it was then."""

    def __init__(self, variant: Variant, settings: Settings, source: Source, given: Any, options: RunOptions) -> None:
        self.variant = variant
        self._settings = settings
        self._source = source
        self._given = given
        self._options = options
        self._values: Mapping[str, Any] = {}

    async def remember(self) -> None:
        """Take down the thread's state; called before the question is put to it."""
        self._values = (await self._source.state(self._options.config)).values

    async def begun(self, beside: Run) -> Run | None:
        """The shadow run beside a run; None where its budget is used up. Raises what reading that raises."""
        variant, settings = self.variant, self._settings
        assert variant.budget is not None, "a shadow without a budget is no variant"  # noqa: S101
        if not await shadow_budget_left(settings, variant.name, variant.budget):
            log.info("The shadow %s runs no more: its budget is used up.", variant.name)
            return None
        graph = self._source.graph.copy(update={"checkpointer": InMemorySaver()})
        configurable = {"configurable": {"thread_id": uuid4().hex}}
        if self._values:
            await graph.aupdate_state(configurable, self._values, as_node=_any_node(graph))
        tags = {**self._options.tags, VARIANT: variant.name, SHADOW_OF: beside.run_id}
        # of the caller's config only this: callbacks would show it
        limit = {key: value for key, value in self._options.config.items() if key == "recursion_limit"}
        options = replace(
            self._options,
            config={**configurable, **limit, "metadata": tags},
            tags=tags,
            around=nullcontext,
            turn=None,
            before=None,
            resume=None,
            accounts=partial(shadow_accounts, settings, variant.name, variant.budget),
        )
        with use(settings):
            return Run(source_of(graph), self._given, options)


class Shadows:
    """The shadow runs of one session, one after the other. `began` is told of each."""

    def __init__(self, began: Callable[[Run], Any]) -> None:
        self._began = began
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def follow(self, run: Run, shadow: Shadow) -> None:
        """Run `shadow` when `run` is done; nothing where that did not end well, or too many wait."""
        run.when_done(partial(self._put, run, shadow))

    def _put(self, run: Run, shadow: Shadow) -> None:
        end = run.transcript.finished
        if self._closed or end is None or end.status != "done" or len(self._tasks) > MOST_WAITING:
            return
        task = asyncio.get_running_loop().create_task(self._run(run, shadow), name=f"shadow of {run.run_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, beside: Run, shadow: Shadow) -> None:
        async with self._turn:
            try:
                run = await shadow.begun(beside)
                if run is not None:
                    self._began(run)
                    await run.result()
            except Exception as error:  # noqa: BLE001 - a shadow must never be noticed, but in the log
                log.warning("The shadow %s could not run: %s", shadow.variant.name, describe(error).message)

    async def close(self) -> None:
        """Begin no more of them. Those that go on are the session's to stop."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def check_shadows(variants: Mapping[str, Variant], *, bundled: bool) -> None:
    """Raise `MainstemError` for a shadow beside a graph of which nobody knows which calls change something."""
    shadow = next((name for name, variant in variants.items() if variant.shadow), None)
    if shadow is not None and not bundled:
        raise MainstemError(
            f"The variant {shadow!r} is a shadow, and which tools of this graph change something is not known.",
            hint="Only the bundled agent has shadows: give the variant a share, users, roles or tags instead.",
        )


def _any_node(graph: Any) -> str:
    """A node in whose name a state may be written: which one does not matter, a new question drops what follows."""
    return next(name for name in graph.nodes if not name.startswith("__"))
