"""Take all events of a run, and hold them against the laws."""

import asyncio
from dataclasses import dataclass
from typing import Any

from mainstem import events as e
from mainstem import laws
from mainstem.stream.sources import source_of

PATIENCE = 300.0
"""Seconds after which a test has hung: a real model reads for a minute where others keep the cores busy."""


@dataclass(frozen=True)
class Watched:
    """A run that is over."""

    events: list[e.Event]
    report: laws.Report
    result: Any
    messages: list[Any] | None
    state: Any

    def of(self, *kinds: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kinds)]

    @property
    def end(self) -> Any:
        return self.events[-1]

    def shown(self):
        """The words of each message, in its last form, by message id; superseded ones are left out."""
        said = {}
        for event in self.events:
            if isinstance(event, e.MessageStarted):
                said[event.message_id] = ""
            elif isinstance(event, e.MessageDelta):
                said[event.message_id] += event.text
            elif isinstance(event, e.MessageSuperseded):
                said.pop(event.message_id)
        return list(said.values())

    def held(self, number):
        return self.report.laws[number - 1].verdict == "held"


async def watched(run, graph=None, key="messages", breaks=(), **known):
    """The whole run, lawful: its live events, its replay, and the messages that `graph` keeps of its thread.

    `breaks`: the laws that it must be found to break.
    """
    async with asyncio.timeout(PATIENCE):
        seen = [event async for event in run]
        result = await run.result()
        replay = [line async for line in run.lines()]
    messages = state = None
    if graph is not None and run.thread_id is not None:
        state = await source_of(graph).state({"configurable": {"thread_id": run.thread_id}})
        values = state.values if isinstance(state.values, dict) else {}
        messages = list(values.get(key) or [])
    report = laws.check(seen, messages=messages, replay=replay, **known)
    said = "\n".join(e.encode(event).decode() for event in seen)
    assert {law.number for law in report.broken} == set(breaks), f"{report}\n{said}"
    assert report.laws[9].verdict == "held"
    return Watched(seen, report, result, messages, state)


async def until(run, kind, node=None):
    """Wait for the first event of a kind, as a reader beside others."""
    async with asyncio.timeout(PATIENCE):
        async for event in run.events():
            if isinstance(event, kind) and (node is None or event.node == node):
                return event
    raise AssertionError(f"the run ended without {kind}")
