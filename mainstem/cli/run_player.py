"""Where runs are played: one session, one event loop, one way of showing; Ctrl-C stops the run and not the process."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager, redirect_stdout
from functools import partial
from json import dumps
from shlex import join
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import typer

from mainstem.stream import gc_tuning
from mainstem.text import QUOTED

from . import decide, starting
from .endings import ending
from .failures import STOPPED, UsageError, say
from .options import Format

if TYPE_CHECKING:
    from mainstem.sessions.session import Session
    from mainstem.stream.events import Citation
    from mainstem.stream.run import Run
    from mainstem.stream.transcript import Result

CODES = {"done": 0, "failed": 1, "interrupted": 3, "truncated": 4, "halted": 5, "stopped": STOPPED}
"""Exit code by a run's status."""

T = TypeVar("T")


class RunPlayer:
    """Plays runs of `session`. `session_options`: the options that lead another command to the same session.

    `folded`: on a terminal, what leads to the answer is one line.
    """

    def __init__(
        self, session: "Session", form: Format, session_options: Sequence[str] = (), *, folded: bool = False
    ) -> None:
        self.session = session
        self.runs: list[Run] = []
        """Those that were shown, in order."""
        self._form = form
        self._show = _way_of_showing(form, folded=folded)
        self._session_options = session_options
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        try:
            self.call(self.session.__aenter__())
        except BaseException:
            self._runner.close()
            raise
        gc_tuning.as_usual()
        starting.clear()
        return self

    def accept(self, context: Any) -> Any:
        """`context`, when the session's graph takes it. Raises `UsageError`."""
        from mainstem.stream.errors import ContextError

        try:
            self.session.accept(context)
        except ContextError as error:
            raise UsageError(f"--context: {error} {error.hint}") from None
        return context

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.call(self.session.__aexit__(kind, error, trace))
        finally:
            self._runner.close()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """The outcome of a coroutine."""
        return self._runner.run(work)

    def play(self, start: "Callable[[], Run]") -> "Result":
        """Show a run to its end, asking the person at the terminal what it needs decided, and say what is to say."""
        while True:
            run, result = self.call(self._shown(start))
            if result.status != "interrupted" or not result.interrupts or not decide.can_ask():
                break
            try:
                start = partial(run.resume, decide.decide(self.call(run.requests())))
            except decide.Undecided:
                break
        self._explain(result)
        return result

    async def _shown(self, start: "Callable[[], Run]") -> "tuple[Run, Result]":
        run = start()
        self.runs.append(run)
        try:
            with _stopping(run):
                return run, await self._show(run)
        finally:
            if not run.finished:
                await run.stop()

    def _explain(self, result: "Result") -> None:
        if self._form is Format.TEXT:
            _tell_sources(result)
        if waits_for_a_person(result) and result.thread_id:
            self._tell_what_waits(result.thread_id)
        elif result.status == "interrupted":
            self.tell_how_to_go_on(result.thread_id or "", [asked.request for asked in result.interrupts])
        elif self._form is not Format.JSON and result.status == "done" and not result.text and result.thread_id:
            self._tell_values(result.thread_id)
        elif self._form is not Format.LIVE and (line := ending(result)):
            say(line)

    def _tell_what_waits(self, thread: str) -> None:
        """The question was not asked: what waited in its thread waits on."""
        from mainstem.sessions.approvals import requests_of

        interrupts = self.call(self.session.state(thread)).interrupts
        self.tell_how_to_go_on(thread, list(requests_of(interrupts).values()))

    def _tell_values(self, thread: str) -> None:
        """What came of a graph that does not chat: its final state, as JSON."""
        from mainstem.stream.errors import UnknownThread
        from mainstem.stream.jsonable import jsonable

        try:
            values = self.call(self.session.state(thread)).values
        except UnknownThread:  # a state in which nothing was written
            return
        if "messages" not in values:
            typer.echo(dumps(jsonable(values), ensure_ascii=False, indent=2))

    def tell_how_to_go_on(self, thread: str, requests: Sequence[Any]) -> None:
        """Say which command answers what a thread waits for."""
        from mainstem.sessions.approvals import ApprovalRequest, summary

        command = join(["mainstem", "resume", thread, *self._session_options])
        approvals = "--approve, or --reject TEXT, or " if all(map(ApprovalRequest.parse, requests)) else ""
        waiting = "; ".join(map(summary, requests))
        say(f"interrupted: waiting for a decision on {waiting}. Go on with: {command} {approvals}--decisions JSON")


def _way_of_showing(form: Format, *, folded: bool) -> "Callable[[Run], Awaitable[Result]]":
    # Imported before a run begins, which would have to wait for it.
    if form is Format.LIVE:
        from mainstem.views import terminal

        return partial(terminal.show, folded=folded)
    from . import output

    outlet, write = output.stdout_writer(), output.write_json if form is Format.JSON else output.write_text

    async def show(run: "Run") -> "Result":
        # What a graph prints must not come between the words or the events.
        with redirect_stdout(sys.stderr):
            return await write(run, outlet)

    return show


def exit_with_status(result: "Result") -> None:
    """Leave with the exit code of a run."""
    raise typer.Exit(CODES["interrupted" if waits_for_a_person(result) else result.status])


def waits_for_a_person(result: "Result") -> bool:
    """Whether the run did not begin because its thread waits for a decision."""
    return result.error is not None and result.error.type == "DecisionPending"


def _tell_sources(result: "Result") -> None:
    for line in dict.fromkeys(map(_source, result.citations)):
        say(line)
    if result.text and result.model in QUOTED:
        say(QUOTED[result.model])
    if sys.stderr.isatty():
        say(f"{result.seconds:.1f} s, thread {result.thread_id}")


def _source(found: "Citation") -> str:
    place = found.locator
    at = f", page {place.page}" if place.page else f", line {place.line}" if place.line else ""
    doubt = f" ({found.verdict})" if found.verdict in ("unsupported", "doubtful") else ""
    return f"{found.marker} {found.document}{at}{doubt}"


@contextmanager
def _stopping(run: "Run") -> Generator[None]:
    """The first Ctrl-C stops the run; the second one leaves at once, also when the graph blocks the event loop."""
    loop, stops = asyncio.get_running_loop(), set[Any]()

    def stop(number: int, frame: object) -> None:
        if stops:
            _leave()
        stops.add(asyncio.run_coroutine_threadsafe(run.stop(), loop))

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave() -> None:
    """End the process now; a terminal gets back the cursor that the live view hid, on an empty line.

    What the live view drew stays above it, what the keys echoed there does not.
    """
    if sys.stdout.isatty():
        os.write(sys.stdout.fileno(), b"\r\x1b[J\x1b[?25h")
    os._exit(STOPPED)
