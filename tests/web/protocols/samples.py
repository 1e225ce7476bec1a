"""Runs as events, for the translators."""

from typing import Any

from mainstem.stream import events as e

ASKED = {
    "action_requests": [
        {"name": "save_note", "args": {"title": "One"}, "description": "Save a note."},
        {"name": "save_note", "args": {"title": "Two"}, "description": "Save a note."},
    ],
    "review_configs": [],
}
USAGE: Any = {"input_tokens": 10, "output_tokens": 4, "total_tokens": 14}
END = e.RunFinished(status="done", usage=USAGE, cost=0.5, seconds=2.0)


def run(*events: e.Event, end: e.RunFinished = END) -> list[e.AnyEvent]:
    """A whole run, as it is read from the wire."""
    whole = [e.RunStarted(thread_id="t", graph="agent"), *events, end]
    dressed = (one.model_copy(update={"seq": seq, "run_id": "r"}) for seq, one in enumerate(whole, 1))
    return [e.decode(e.encode(one)) for one in dressed]


def message(key: str, *words: str, answer: bool | None = True, **more: Any) -> list[e.Event]:
    """A message from its beginning to its end."""
    end: dict[str, Any] = {"finish_reason": "stop", "complete": True, "usage": USAGE, **more}
    deltas = [e.MessageDelta(message_id=key, text=text) for text in words]
    return [e.MessageStarted(message_id=key, answer=answer), *deltas, e.MessageFinished(message_id=key, **end)]


def call(key: str, name: str = "save_note", args: str = "{}", message_id: str = "m0") -> list[e.Event]:
    """A call as the model writes it, in two pieces."""
    pieces = (args[:3], args[3:])
    return [e.ToolArguments(tool_call_id=key, name=name, text=text, message_id=message_id) for text in pieces]


BROKEN = [
    e.MessageStarted(message_id="m1", answer=True),
    e.MessageReasoning(message_id="m1", text="Hm."),
    e.MessageDelta(message_id="m1", text="The river is lo"),
    e.MessageFinished(message_id="m1"),
    e.MessageSuperseded(message_id="m1", reason="retry"),
    e.Notice(kind="review", rule="attempts", text="Attempt 1 failed."),
]
"""An attempt that broke off, and was taken back."""

SECOND = message("m2", "The river ", "is wide.")

PARALLEL = [
    e.NodeStarted(node="branch", task_id="a"),
    e.NodeStarted(node="branch", task_id="b"),
    e.MessageStarted(message_id="m1"),
    e.MessageDelta(message_id="m1", text="One "),
    e.MessageStarted(message_id="m2"),
    e.MessageDelta(message_id="m2", text="Three "),
    e.MessageDelta(message_id="m1", text="two."),
    e.MessageDelta(message_id="m2", text="four."),
    e.MessageFinished(message_id="m2", complete=True, finish_reason="stop"),
    e.NodeFinished(node="branch", task_id="b"),
    e.MessageFinished(message_id="m1", complete=True, finish_reason="stop"),
    e.NodeFinished(node="branch", task_id="a"),
]

WORKING = [
    e.NodeStarted(node="call_model", task_id="t1"),
    e.MessageStarted(message_id="m0", answer=True),
    e.MessageReasoning(message_id="m0", text="First "),
    e.MessageReasoning(message_id="m0", text="search."),
    e.MessageDelta(message_id="m0", text="Let me look."),
    *call("c1", "search", '{"query": "river"}'),
    *call("c2", "search", '{"query": "sea"}'),
    e.MessageFinished(message_id="m0", complete=True, finish_reason="tool_calls"),
    e.NodeFinished(node="call_model", task_id="t1", seconds=0.1),
    e.ToolStarted(tool_call_id="c1", name="search", args={"query": "river"}),
    e.Progress(tool_call_id="c1", label="reading", done=1, total=3, unit="files"),
    e.Progress(tool_call_id="c1", label="reading", done=3, total=3, unit="files"),
    e.ToolOutput(tool_call_id="c1", text="page 1\n"),
    e.ToolOutput(tool_call_id="c1", text="page 2\n"),
    e.ToolFinished(tool_call_id="c1", name="search", status="ok", summary="2 pages", artifact={"rows": [1, 2]}),
    e.ToolFinished(tool_call_id="c2", name="search", status="error", summary="No index."),
    e.ToolStarted(tool_call_id="c3", name="unseen", args={"of": ["a", None]}),
    e.ToolFinished(tool_call_id="c3", name="unseen", status="stopped"),
    *message("aside", "not the ", "answer", answer=False),
    e.Data(mode="custom", data={"stage": 1}),
    e.Data(mode="values", data={"x": 1}),
    e.Gap(from_seq=1, to_seq=1),
    *message("m9", "It is ", "wide [1]."),
    e.Citation(message_id="m9", marker="[1]", document="river.md", locator=e.Locator(start=0, end=4), quote="wide"),
]

ASKING = [
    e.MessageStarted(message_id="m0", answer=True),
    *call("c1", args='{"title": "One"}'),
    *call("c2", args='{"title": "Two"}'),
    e.MessageFinished(message_id="m0", complete=True, finish_reason="tool_calls"),
    e.Interrupt(interrupt_id="i1", request=ASKED),
]

ENDS = [
    END,
    e.RunFinished(status="truncated"),
    e.RunFinished(status="stopped"),
    e.RunFinished(status="interrupted"),
    e.RunFinished(status="halted", reason="budget"),
    e.RunFinished(status="halted", reason="policy"),
    e.RunFinished(status="failed", error=e.Error(type="UpstreamError", message="It broke.", hint="Try again.")),
]
"""All ways to end."""
