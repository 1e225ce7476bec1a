"""The tool `ask`: one run, its progress as notifications, and its answer with the sources."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mainstem.sessions.admission.questions import question_input
from mainstem.sessions.approvals import summary
from mainstem.stream.events import Event, NodeStarted, Progress, ToolStarted, decode
from mainstem.stream.extras import extra
from mainstem.stream.run import Run
from mainstem.stream.transcript import Result, Transcript

from ..problems import Problem
from ..run_lookup import RunLookup
from ..run_manager import RunManager

with extra("mcp"):
    from mcp import types

ReportProgress = Callable[[float, float | None, str | None], Awaitable[None]]
"""Tells the client how far along a call is: how far, of how much, and what is done."""


class AskArguments(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, description="The question, in full: nothing else is known of it.")]
    thread: Annotated[str | None, Field(min_length=1, max_length=200)] = Field(
        default=None, description="Go on with this thread, by the thread_id of an earlier answer."
    )


ASK = types.Tool(
    name="ask",
    title="Ask the documents",
    description="Ask the user's own documents and tables a question. The answer cites its sources.",
    input_schema=AskArguments.model_json_schema(),
    annotations=types.ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False),
)


def ask_tool(manager: RunManager) -> types.Tool:
    """The tool as the manager's graph has it: not every graph answers from documents."""
    if manager.documents.available:
        return ASK
    name = manager.session.source.name
    told = {"title": f"Ask {name}", "description": f"Ask the agent {name} a question."}
    return ASK.model_copy(update=told)


async def ask(manager: RunManager, given: Mapping[str, Any], report: ReportProgress) -> types.CallToolResult:
    """Run the graph on a question. A client that cancels the call stops the run. Raises as `RunManager.start`."""
    try:
        asked = AskArguments.model_validate(given)
    except ValidationError as error:
        raise Problem(422, "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())) from None
    session = await manager.open()
    if len(asked.question) > session.settings.max_question_chars:
        raise Problem(422, "The question is too long.", hint="Ask something shorter.")
    run = await manager.start(question_input(asked.question), thread=asked.thread)
    try:
        return answered(await _followed(run, manager.runs, report))
    finally:
        if not run.finished:
            run.request_stop()


async def _followed(run: Run, runs: RunLookup, report: ReportProgress) -> Transcript:
    transcript, told = Transcript(), 0
    async for batch in runs.follow(run):
        for event in map(decode, batch):
            transcript.add(event)
            if line := _progress(event):
                told += 1  # a client is promised that it grows; how far the whole is, nobody knows
                await report(told, None, line)
    return transcript


def _progress(event: Event) -> str:
    match event:
        case NodeStarted():
            return event.node or ""
        case ToolStarted():
            return event.name
        case Progress():
            total = f"/{event.total:g}" if event.total is not None else ""
            return f"{event.label} {event.done:g}{total} {event.unit}".rstrip()
        case _:
            return ""


def answered(transcript: Transcript) -> types.CallToolResult:
    """The answer with its sources, as text and as an object; an error where there is none."""
    result = transcript.result()
    sources = [f"{cited.marker} {cited.document}: {cited.quote}" for cited in transcript.sources]
    words = "\n".join(filter(None, (result.text, *sources, _remark(result))))
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=words)],
        structured_content={
            "answer": result.text,
            "status": result.status,
            "thread_id": result.thread_id,
            "run_id": result.run_id,
            "cost": result.cost,
            "citations": [
                cited.model_dump(include={"marker", "document", "locator", "quote", "verdict"})
                for cited in transcript.sources
            ],
        },
        is_error=result.status == "failed",
    )


def _remark(result: Result) -> str:
    """What is to be known of an answer that is not whole."""
    if result.status == "interrupted":
        asked = "; ".join(summary(each.request) for each in result.interrupts)
        return f"A person must decide first: {asked}. They can with: mainstem resume {result.thread_id}"
    if result.error is not None:
        return result.error.sentence
    return "" if result.status == "done" else f"({result.status}{f': {result.reason}' if result.reason else ''})"
