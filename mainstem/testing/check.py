"""A linter for agent streams: run any graph against every fault of the provider, and judge each run by the laws.

The graph must call an OpenAI-compatible model whose address comes from the environment (`OPENAI_BASE_URL`), as
`ChatOpenAI()` does: that address is the scripted provider's for the time of the check.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from mainstem.settings import reread_environment
from mainstem.stream import laws
from mainstem.stream.errors import SourceError
from mainstem.stream.events import Event, MessageDelta, Notice, ToolStarted
from mainstem.stream.repair import messages_of
from mainstem.stream.run import Run
from mainstem.stream.sources import context as contexts
from mainstem.stream.sources import source_of
from mainstem.stream.sources.blocking import RUNS_ON
from mainstem.stream.transcript import Result
from mainstem.stream.watch import watch
from mainstem.stream.writer import ANSWER_NODES, RAW
from mainstem.testing.offered import Offered, offered
from mainstem.testing.provider import ScriptedProvider
from mainstem.testing.script import WireScript
from mainstem.testing.trials import DOUBTFUL, NAMES, SILENT, WHOLE, Plan, Trial

TRIAL_SECONDS = 20.0
"""Seconds after which a run that hangs is stopped."""


async def check(
    load: Callable[[], Any],
    *,
    given: Any = None,
    context: Any = None,
    answer_nodes: Collection[str] | None = None,
    only: Collection[str] = (),
    patience: float = TRIAL_SECONDS,
    plain: WireScript | Sequence[Any] | None = None,
    tool: str | None = None,
) -> AsyncIterator[Trial]:
    """Run the graph that `load` returns against each fault, and yield what came of it.

    `load` may return an async context manager of the graph as well. `given`: the input (default: one user message).
    `context`: the graph's (default: that of its schema). `answer_nodes`: the nodes whose words are the answer (default:
    those that the graph's own metadata names). `only`: the faults to try (default: all of
    `mainstem.testing.FAULTS`, a plain answer, a stop and a reader that leaves). `patience`: seconds after which a run
    that hangs is stopped (the plain one has 20 at least). `plain`: what the provider says when nothing is wrong, as a
    script (default: prose). `tool`: the tool that faults call (default: the first that the graph offers its model; it
    runs, with made-up arguments).

    A graph that does not finish on `plain` cannot be judged: that trial comes first then, and alone, and its `judged`
    is false. Raises `SourceError` when `only` or `tool` names nothing that there is, or when the graph asks the
    provider nothing, or cannot be watched; `ScriptError` when `plain` is no script.
    """
    if unknown := set(only) - set(NAMES):
        raise SourceError(f"There is no fault {min(unknown)!r}.", hint=f"The faults are: {', '.join(NAMES)}.")
    plan = Plan.numbered() if plain is None else Plan.of(plain)
    async with ScriptedProvider([]) as provider, _loaded(provider, load) as loaded:
        graph = _with_threads(loaded)
        contexts.check(graph, context)
        nodes = _named_by(graph) if answer_nodes is None else answer_nodes
        checker = _Checker(provider, graph, _QUESTION if given is None else given, context, nodes, patience, plan)
        async for trial in _trials(checker, tool, only):
            yield trial


async def _trials(checker: "_Checker", tool: str | None, only: Collection[str]) -> AsyncIterator[Trial]:
    """The plain run, and the faults after it if it can be judged."""
    first = await replace(checker, patience=max(checker.patience, TRIAL_SECONDS)).trial("plain")
    if not first.requests:
        raise _unasked(first, contexts.hint(checker.graph) if checker.context is None else "")
    if not first.judged:
        yield first
        return
    plan = replace(checker.plan, tool=_tool(checker.provider, tool, checker.plan.tool))
    checker = replace(checker, plan=plan)
    for name in NAMES:
        if not only or name in only:
            yield first if name == "plain" else await checker.trial(name)


def _tool(provider: ScriptedProvider, name: str | None, default: Offered) -> Offered:
    """The tool that faults call: one that the graph offered its model. Raises `SourceError`."""
    found = offered(request.json for request in provider.requests)
    if name is None:
        return next(iter(found.values()), default)
    if name not in found:
        offers = f"It offers: {', '.join(found)}." if found else "It offers none."
        raise SourceError(f"The graph offered its model no tool {name!r}.", hint=offers)
    return found[name]


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


@contextmanager
def _environment(base_url: str) -> Generator[None]:
    """Every OpenAI client that is made inside takes the provider's address."""
    ours = {"OPENAI_BASE_URL": base_url, "OPENAI_API_BASE": base_url, "OPENAI_API_KEY": "scripted"}
    before: Mapping[str, str | None] = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    reread_environment()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        reread_environment()


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
    plan: Plan

    async def trial(self, name: str) -> Trial:
        turns = self.plan.turns(name)
        self.provider.play(WireScript(turns=turns))
        before, began = len(self.provider.requests), time.monotonic()
        run = watch(self.graph, self.given, context=self.context, answer_nodes=self.answer_nodes)
        late = await self._read(run, name)
        events, result = [event async for event in run.events()], await run.result()
        return Trial(
            name=name,
            script=turns[0],
            status=result.status,
            error=_error(result),
            requests=len(self.provider.requests) - before,
            report=await self._report(run, events),
            remarks=tuple(_remarks(name, events, result, self.patience if late else None)),
            late=late,
            seconds=time.monotonic() - began,
            graphs_own=_graphs_own(events),
        )

    async def _report(self, run: Run, events: Sequence[Event]) -> laws.Report:
        return laws.check(
            events,
            messages=await self._stored(run),
            replay=[data async for data in run.lines()],
            answer_nodes=self.answer_nodes,
        )

    async def _read(self, run: Run, name: str) -> bool:
        """Read the run to its end, in the trial's own way; returns whether patience ran out before it."""
        reading = asyncio.ensure_future(_leave(run) if name == "left by its reader" else _read(run, name == "stopped"))
        done, _ = await asyncio.wait([reading], timeout=self.patience)
        if not done:
            await run.stop()
        await reading
        return not done

    async def _stored(self, run: Run) -> list[Any] | None:
        if run.thread_id is None:
            return None
        snapshot = await source_of(self.graph).state({"configurable": {"thread_id": run.thread_id}})
        return messages_of(snapshot.values)[1]


def _error(result: Result) -> str:
    return f"{result.error.type}: {result.error.message}" if result.error else ""


def _graphs_own(events: Sequence[Event]) -> Collection[int]:
    """Laws whose break is the graph's own doing: what is not async cannot be stopped by anybody."""
    return (9,) if any(isinstance(event, Notice) and event.rule == RUNS_ON for event in events) else ()


def _remarks(name: str, events: Sequence[Event], result: Result, waited: float | None) -> Iterator[str]:
    """What is no law, and yet wrong with the graph. `waited`: the patience that ran out, in seconds."""
    ran = [event for event in events if isinstance(event, ToolStarted) and RAW not in event.args]
    if name in DOUBTFUL and ran:
        yield f"{ran[0].name} ran with {json.dumps(ran[0].args)}, though its arguments never came whole"
    if waited is not None and name in SILENT:
        yield f"it still waited for a silent model after {waited:g} s, and had to be stopped: give its model a timeout"
    elif waited is not None:
        yield f"it had not ended after {waited:g} s, and had to be stopped"
    if name in WHOLE and result.status == "failed":
        yield f"it failed on an answer that is whole, though oddly told: {_error(result)}"


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
