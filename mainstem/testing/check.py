"""A linter for agent streams: run any graph against every fault of the provider, and judge each run by the laws.

The graph must call an OpenAI-compatible model whose address comes from the environment (`OPENAI_BASE_URL`), as
`ChatOpenAI()` does: that address is the scripted provider's for the time of the check.
"""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from mainstem.stream import context as contexts
from mainstem.stream import laws
from mainstem.stream.errors import SourceError
from mainstem.stream.events import Event, MessageDelta, ToolStarted
from mainstem.stream.parts import ANSWER_NODES, RAW
from mainstem.stream.repair import messages_of
from mainstem.stream.run import Run
from mainstem.stream.sources import source_of
from mainstem.stream.watch import watch
from mainstem.testing.faults import FAULTS, TEXT
from mainstem.testing.provider import ScriptedProvider
from mainstem.testing.script import WireScript, WireTurn

PATIENCE = 20.0
"""Seconds after which a run that hangs is stopped."""

PLAIN = WireTurn.model_validate([{"words": TEXT}, {"usage": {"input_tokens": 9, "output_tokens": 12}}])
"""A whole answer, without a fault."""

SLOW = WireTurn.model_validate([{"words": TEXT, "delay": 0.05}])
"""A whole answer, slow enough to be stopped."""

TRIALS: Mapping[str, WireTurn] = {"plain": PLAIN, "stopped": SLOW, "left by its reader": SLOW, **FAULTS}
"""What is tried when nobody says otherwise, by name."""

DOUBTFUL = ("arguments cut off", "mixed arguments")
"""Faults after which no tool may run: what it would run with is a guess."""

_AFTERWARDS = 30  # whole answers that follow a fault, for graphs that try again


@dataclass(frozen=True)
class Trial:
    """One run of the graph against one fault."""

    name: str
    """The fault, or `plain`, `stopped`, `left by its reader`."""
    script: WireTurn
    """What the provider played first; whole answers follow."""
    status: str
    """How the run ended."""
    error: str
    """Why it failed; empty when it did not."""
    requests: int
    """Calls that the graph made to the provider."""
    report: laws.Report
    """The laws, one by one."""
    remarks: tuple[str, ...] = ()
    """What is no law, and yet wrong: a tool that ran with arguments that never came whole."""

    @property
    def script_json(self) -> str:
        """The script that shows it, for a test of one's own."""
        return json.dumps(self.script.model_dump(mode="json", exclude_defaults=True)["steps"], ensure_ascii=False)


async def check(
    load: Callable[[], Any],
    *,
    given: Any = None,
    context: Any = None,
    answer_nodes: Collection[str] | None = None,
    only: Collection[str] = (),
    patience: float = PATIENCE,
) -> AsyncIterator[Trial]:
    """Run the graph that `load` returns against each fault, and yield what came of it.

    `load` may return an async context manager of the graph as well. `given`: the input (default: one user message).
    `context`: the graph's (default: that of its schema). `answer_nodes`: the nodes whose words are the answer (default:
    those that the graph's own metadata names). `only`: the faults to try (default: all of
    `mainstem.testing.FAULTS`, a plain answer, a stop and a reader that leaves). `patience`: seconds after which a run
    that hangs is stopped (the plain one has 20 at least). Raises `SourceError` when `only` names no fault of these, or
    when the graph asks the provider nothing, or cannot be watched.
    """
    chosen = _trials(only)
    async with ScriptedProvider([]) as provider, _loaded(provider, load) as loaded:
        graph = _with_threads(loaded)
        contexts.check(graph, context)
        nodes = _named_by(graph) if answer_nodes is None else answer_nodes
        checker = _Checker(provider, graph, _QUESTION if given is None else given, context, nodes, patience)
        plain = await replace(checker, patience=max(patience, PATIENCE)).trial("plain", PLAIN)
        if not plain.requests:
            raise _unasked(plain, contexts.hint(graph) if context is None else "")
        for name, turn in chosen:
            yield plain if name == "plain" else await checker.trial(name, turn)


@asynccontextmanager
async def _loaded(provider: ScriptedProvider, load: Callable[[], Any]) -> AsyncGenerator[Any]:
    """What `load` returns, made and used where every OpenAI client takes the provider's address."""
    with _environment(provider.base_url):
        found = await asyncio.to_thread(load)
        async with found if hasattr(found, "__aenter__") else nullcontext(found) as graph:
            yield graph


def _unasked(plain: Trial, hint: str) -> SourceError:
    """Why a plain run asked the provider nothing, and what to do about it; `hint`: what the graph's context needs."""
    if plain.error:
        hint = hint or "Give another --input."
        return SourceError(f"The graph failed before it asked its model: {plain.error}.", hint=hint)
    if plain.status == "stopped":
        return SourceError("The graph had not asked its model when patience ran out.", hint="Raise --patience.")
    return SourceError(
        "The graph made no request to the scripted provider.",
        hint="Let its model take its address from OPENAI_BASE_URL, as ChatOpenAI() does by itself.",
    )


def _named_by(graph: Any) -> Collection[str] | None:
    """The answer's nodes that a graph names in its metadata."""
    config: dict[str, Any] = getattr(graph, "config", None) or {}
    metadata: dict[str, Any] = config.get("metadata") or {}
    return metadata.get(ANSWER_NODES)


_QUESTION = {"messages": [{"role": "user", "content": "What is the answer?"}]}


def _trials(only: Collection[str]) -> list[tuple[str, WireTurn]]:
    if unknown := set(only) - TRIALS.keys():
        raise SourceError(f"There is no fault {min(unknown)!r}.", hint=f"The faults are: {', '.join(TRIALS)}.")
    return [(name, turn) for name, turn in TRIALS.items() if not only or name in only]


@contextmanager
def _environment(base_url: str) -> Generator[None]:
    """Every OpenAI client that is made inside takes the provider's address."""
    ours = {"OPENAI_BASE_URL": base_url, "OPENAI_API_BASE": base_url, "OPENAI_API_KEY": "scripted"}
    before: Mapping[str, str | None] = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _with_threads(graph: Any) -> Any:
    """The graph with a checkpointer, so that the laws about the checkpoint can be judged."""
    if hasattr(graph, "copy") and getattr(graph, "checkpointer", False) in (None, False):
        return graph.copy(update={"checkpointer": InMemorySaver()})
    return graph


@dataclass(frozen=True)
class _Checker:
    provider: ScriptedProvider
    graph: Any
    given: Any
    context: Any
    answer_nodes: Collection[str] | None
    patience: float

    async def trial(self, name: str, turn: WireTurn) -> Trial:
        self.provider.play(WireScript(turns=[turn, *[PLAIN] * _AFTERWARDS]))
        before = len(self.provider.requests)
        run = watch(self.graph, self.given, context=self.context, answer_nodes=self.answer_nodes)
        events = await self._events(run, name)
        result = await run.result()
        report = laws.check(
            events,
            messages=await self._stored(run),
            replay=[data async for data in run.lines()],
            answer_nodes=self.answer_nodes,
        )
        error = f"{result.error.type}: {result.error.message}" if result.error else ""
        requests = len(self.provider.requests) - before
        return Trial(name, turn, result.status, error, requests, report, tuple(_remarks(name, events)))

    async def _events(self, run: Run, name: str) -> list[Event]:
        reading = asyncio.ensure_future(_leave(run) if name == "left by its reader" else _read(run, name == "stopped"))
        try:
            async with asyncio.timeout(self.patience):
                await asyncio.shield(reading)
        except TimeoutError:
            await run.stop()
        await reading
        return [event async for event in run.events()]

    async def _stored(self, run: Run) -> list[Any] | None:
        if run.thread_id is None:
            return None
        snapshot = await source_of(self.graph).state({"configurable": {"thread_id": run.thread_id}})
        return messages_of(snapshot.values)[1]


def _remarks(name: str, events: Iterable[Event]) -> Iterator[str]:
    ran = [event for event in events if isinstance(event, ToolStarted) and RAW not in event.args]
    if name in DOUBTFUL and ran:
        yield f"{ran[0].name} ran with {json.dumps(ran[0].args)}, though its arguments never came whole"


async def _read(run: Run, stop: bool) -> None:
    async for event in run.events():
        if stop and isinstance(event, MessageDelta):
            await run.stop()


async def _leave(run: Run) -> None:
    events = aiter(run)
    async for event in events:
        if isinstance(event, MessageDelta):
            break
    await events.aclose()  # type: ignore[attr-defined]  # it is an async generator
    await run.result()
