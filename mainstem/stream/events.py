"""The vocabulary: what a run can say. One frozen model a kind, one union, told apart by `type`.

An event's JSON is its wire form everywhere (NDJSON, SSE, WebSocket, journal): absent fields are omitted, times are
seconds, `at`, `first_at` and `last_at` count from the start of the run. `encode` writes it, `decode` reads it.
"""

from typing import Annotated, Any, ClassVar, Literal, cast, get_args

import orjson
from langchain_core.messages.ai import UsageMetadata
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    model_serializer,
    model_validator,
)
from pydantic_core import to_json

from .finish_reasons import Cut

Status = Literal["done", "truncated", "interrupted", "stopped", "halted", "failed"]
"""How a run ended."""

HaltReason = Literal["policy", "budget", "steps", "supervisor"]
"""Why a halted run was halted."""

ToolStatus = Literal["ok", "error", "timeout", "stopped", "rejected"]
"""How a tool call ended."""

NoticeKind = Literal["masked", "refused", "ungrounded", "budget", "stall", "review", "journal", "other"]
"""What a notice is about."""

Verdict = Literal["supported", "doubtful", "unsupported"]
"""What a check says of a cited sentence: its passage says so, that cannot be told, or its passage does not say so."""


class Error(BaseModel):
    """What went wrong, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    type: str
    """Class of the exception."""
    message: str
    """One line that says what happened."""
    hint: str = ""
    """What to do next; empty when there is nothing to advise."""

    @property
    def sentence(self) -> str:
        """What happened and what to do about it."""
        return f"{self.message} {self.hint}".strip()


class Locator(BaseModel):
    """Where in a document a passage stands."""

    model_config = ConfigDict(frozen=True)

    page: int | None = None
    """Page, counted from 1 (PDF)."""
    line: int | None = None
    """First line, counted from 1 (plain text)."""
    start: int
    """First character in the document's text."""
    end: int
    """Character after the last one."""

    @model_serializer(mode="wrap")
    def _omit_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}


class Event(BaseModel):
    """What every event carries."""

    model_config = ConfigDict(frozen=True)

    nullable: ClassVar[frozenset[str]] = frozenset()
    """Fields whose null says something; every other null is left out of the JSON."""

    type: Any = ""
    """The kind of event: each kind's own literal."""
    seq: int = 0
    """1, 2, 3 … in the run, without a hole."""
    run_id: str = ""
    """The run it belongs to."""
    at: float = 0.0
    """Seconds since the run began."""
    node: str | None = None
    """The graph's node, where one applies."""
    task_id: str | None = None
    """LangGraph's id of this execution of the node: tells parallel branches apart."""
    ns: tuple[str, ...] | None = None
    """Path of the subgraph it happened in, outermost first; absent at the top."""

    @model_serializer(mode="wrap")
    def _omit_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        keep = self.nullable
        return {key: value for key, value in handler(self).items() if value is not None or key in keep}


class RunStarted(Event):
    """The run exists."""

    type: Literal["run.started"] = "run.started"
    thread_id: str | None = None
    """The thread whose checkpoints it writes; absent without a checkpointer."""
    graph: str = ""
    """Name of the graph."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Whatever the caller wants costs told apart by: team, user, agent."""
    started_at: str = ""
    """Wall clock at the start, ISO 8601 in UTC."""


class NodeStarted(Event):
    """A node of the graph began."""

    type: Literal["node.started"] = "node.started"


class NodeFinished(Event):
    """A node of the graph ended."""

    type: Literal["node.finished"] = "node.finished"
    seconds: float | None = None
    """How long it took; absent where the source does not tell when it began."""
    wrote: tuple[str, ...] | None = None
    """The state keys that it wrote."""
    error: Error | None = None
    """Why it failed; absent when it did not."""


class MessageStarted(Event):
    """A model turn's words begin."""

    nullable = frozenset({"answer"})

    type: Literal["message.started"] = "message.started"
    message_id: str
    """Id of the message, the same in the checkpoint."""
    model: str | None = None
    """Name of the model, where the provider or LangChain tells it."""
    attempt: int = 1
    """1 for the first try of this turn, then 2, 3 …"""
    answer: bool | None = None
    """Whether these are words of the answer: true, false, or null when the graph did not say."""


class Words(Event):
    """A piece of what a model writes; `MessageDelta` and `MessageReasoning` are its two kinds."""

    message_id: str
    """The message it belongs to."""
    text: str
    """What to append to it."""
    n: int = 1
    """How many arrivals it joins."""
    first_at: float = 0.0
    """When the first of them arrived."""
    last_at: float = 0.0
    """When the last of them arrived."""
    tokens: int = 0
    """Arrivals of this message so far, this one included (most providers send one token each)."""
    words: int = 0
    """Words of this message so far."""


class MessageDelta(Words):
    """Text to show."""

    type: Literal["message.delta"] = "message.delta"


class MessageReasoning(Words):
    """The model's reasoning, a channel of its own."""

    type: Literal["message.reasoning"] = "message.reasoning"


class MessageSuperseded(Event):
    """What was shown of this message no longer counts."""

    type: Literal["message.superseded"] = "message.superseded"
    message_id: str
    """The message to take back."""
    reason: Literal["retry", "fallback", "repair"]
    """A new attempt, another model, or a text that was changed: by a node, or by the model that was asked to."""


class MessageFinished(Event):
    """The end of a model's turn, with its numbers, all measured at the arrivals."""

    nullable = frozenset({"finish_reason", "cost"})

    type: Literal["message.finished"] = "message.finished"
    message_id: str
    """The message that ended."""
    finish_reason: str | None = None
    """Why it ended, in the provider's word; null when the provider did not say. `returned`: a node made it whole."""
    complete: bool = False
    """True only where the finish reason is one of those that are known to end a whole answer."""
    usage: UsageMetadata | None = None
    """Tokens in and out, as LangChain's `UsageMetadata`."""
    cost: float | None = None
    """US dollars; null when the price is unknown."""
    ttft: float | None = None
    """Seconds from the call of the model to its first delta."""
    gap_p50: float | None = None
    """Median seconds between arrivals."""
    gap_p95: float | None = None
    """95th percentile of the seconds between arrivals."""
    stalls: int = 0
    """Gaps of more than two seconds."""
    tokens_per_second: float | None = None
    """Arrivals a second, from the first to the last."""


class ToolArguments(Event):
    """The model is writing a call."""

    type: Literal["tool.arguments"] = "tool.arguments"
    tool_call_id: str
    """The call being written."""
    name: str = ""
    """The tool's name."""
    text: str = ""
    """The next piece of the arguments' JSON."""
    message_id: str | None = None
    """The message that makes the call."""


class ToolStarted(Event):
    """A tool call began to run."""

    type: Literal["tool.started"] = "tool.started"
    tool_call_id: str
    """The call."""
    name: str = ""
    """The tool's name."""
    args: dict[str, Any] = Field(default_factory=dict)
    """What it was called with; `{"_raw": text}` where the model wrote no JSON, so that it was not run."""


class ToolOutput(Event):
    """Text that a tool writes while it runs."""

    type: Literal["tool.output"] = "tool.output"
    tool_call_id: str
    """The call."""
    text: str
    """What to append to its output."""


class ToolFinished(Event):
    """A tool call ended."""

    type: Literal["tool.finished"] = "tool.finished"
    tool_call_id: str
    """The call."""
    name: str = ""
    """The tool's name."""
    status: ToolStatus = "ok"
    """How it ended."""
    seconds: float | None = None
    """How long it ran; absent where the source does not tell when it began."""
    summary: str = ""
    """Its result in a line."""
    artifact: Any = None
    """What it returned beside its words: a table, a chart, passages."""


class Progress(Event):
    """How far along something is: a node, a `Send` part, a tool, the indexing."""

    type: Literal["progress"] = "progress"
    tool_call_id: str | None = None
    """The tool call, where it belongs to one."""
    label: str = ""
    """What is being done."""
    done: float = 0.0
    """How much of it is done."""
    total: float | None = None
    """How much there is; absent when unknown."""
    unit: str = ""
    """What is counted."""


class Citation(Event):
    """A mark in the text, resolved; told while the answer streams, once the sentence is over.

    Those of a message that is superseded do not count: the event says which message by `message_id`.
    """

    type: Literal["citation"] = "citation"
    message_id: str
    """The message that the mark stands in."""
    marker: str
    """The mark, to the letter: `[2]`, or `[1, 2]` for each of its passages."""
    answer_start: int | None = None
    """Where in the message's text what it cites begins, in characters (code points); absent in older journals."""
    answer_end: int | None = None
    """Where that ends, behind the mark."""
    document: str
    """The cited document."""
    locator: Locator
    """Where in it."""
    quote: str
    """The passage's words."""
    verdict: Verdict | None = None
    """Whether the passage supports those words of the answer; absent when that was not checked."""

    @model_validator(mode="before")
    @classmethod
    def _read_old(cls, value: Any) -> Any:
        # until `verdict` there was `supported`, true or false; journals hold it
        if not isinstance(value, dict):
            return value
        fields = dict(cast("dict[str, Any]", value))
        said = fields.pop("supported", None)
        if said is not None:
            fields.setdefault("verdict", "supported" if said else "unsupported")
        return fields


class Interrupt(Event):
    """A person must decide before the run goes on."""

    nullable = frozenset({"request"})

    type: Literal["interrupt"] = "interrupt"
    interrupt_id: str
    """What to answer to, in `resume({interrupt_id: decision})`."""
    request: Any = None
    """What is asked: LangChain's `HITLRequest`, or whatever the graph sent."""


class Notice(Event):
    """Something that people should know."""

    type: Literal["notice"] = "notice"
    kind: NoticeKind
    """What it is about; `other` is what a graph calls by a word of its own, which is then its `rule`."""
    rule: str = ""
    """The rule that applied."""
    count: int | None = None
    """How often."""
    text: str = ""
    """One line for people."""

    @model_validator(mode="before")
    @classmethod
    def _other(cls, given: Any) -> Any:
        """A kind of a graph's own is no error: what it has to say is said."""
        if not isinstance(given, dict):
            return given
        fields = cast("dict[str, Any]", given)
        if "kind" not in fields or fields["kind"] in get_args(NoticeKind):
            return fields
        word = str(fields["kind"])
        return {**fields, "kind": "other", "rule": fields.get("rule") or word, "text": fields.get("text") or word}


class Data(Event):
    """What else the graph wrote or showed."""

    nullable = frozenset({"data"})

    type: Literal["data"] = "data"
    mode: Literal["custom", "values", "checkpoints", "debug"]
    """The stream mode it came through."""
    data: Any = None
    """The graph's own payload, as JSON."""


class Gap(Event):
    """On replay: the events before this one are gone."""

    type: Literal["gap"] = "gap"
    from_seq: int
    """First missing event."""
    to_seq: int
    """Last missing event."""


class RunFinished(Event):
    """The end, exactly once and last."""

    nullable = frozenset({"cost"})

    type: Literal["run.finished"] = "run.finished"
    status: Status
    """How it ended."""
    reason: HaltReason | None = None
    """Why it was halted."""
    cut: Cut | None = None
    """How the answer was cut: at a `length` limit, `filtered`, `refused`, `paused`, by a fault (`failed`), by some
    `other` finish reason, or the provider never said that it is whole (`unsaid`). Of a truncated run only."""
    finish_reason: str | None = None
    """The provider's word for it; absent where it gave none. Of a truncated run only."""
    error: Error | None = None
    """Why it failed."""
    usage: UsageMetadata | None = None
    """Tokens of all model calls that told them, those that are not shown included."""
    cost: float | None = None
    """US dollars of all model calls; null when one of them is unknown."""
    seconds: float = 0.0
    """Seconds from start to end."""


KINDS: tuple[type[Event], ...] = (
    RunStarted, NodeStarted, NodeFinished, MessageStarted, MessageDelta, MessageReasoning, MessageSuperseded,
    MessageFinished, ToolArguments, ToolStarted, ToolOutput, ToolFinished, Progress, Citation, Interrupt, Notice, Data,
    Gap, RunFinished,
)  # fmt: skip
"""Every kind of event, in the order of the reference."""

AnyEvent = Annotated[
    RunStarted
    | NodeStarted
    | NodeFinished
    | MessageStarted
    | MessageDelta
    | MessageReasoning
    | MessageSuperseded
    | MessageFinished
    | ToolArguments
    | ToolStarted
    | ToolOutput
    | ToolFinished
    | Progress
    | Citation
    | Interrupt
    | Notice
    | Data
    | Gap
    | RunFinished,
    Field(discriminator="type"),
]
"""Any event, told apart by `type`."""

_adapter: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def encode(event: Event, **place: Any) -> bytes:
    """The wire form: one JSON object without a line break. Values that JSON lacks become their `str`.

    `place`: fields to write instead of the event's own, its `seq` and `run_id`.
    """
    present = dict(event.__dict__)
    for key, value in event.__dict__.items():
        if value is None and key not in event.nullable:
            del present[key]
    present.update(place)
    try:
        if isinstance(event, Words):  # plain values alone, and most of a run's events
            return bytes(memoryview(orjson.dumps(present)))  # a copy: the original keeps up to 4 kB of unused room
        return to_json(present, serialize_unknown=True, inf_nan_mode="null", bytes_mode="base64")
    except (ValueError, UnicodeError, orjson.JSONEncodeError):
        return to_json(plain(present), inf_nan_mode="null")


def plain(value: Any, depth: int = 20) -> Any:
    """`value` as something that surely has a JSON form: lone surrogates replaced, cycles and strange objects cut short.

    Encoders refuse half of a surrogate pair, which some providers send when they split an emoji over two deltas.
    """
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, dict):
        return {plain(str(key)): plain(item, depth - 1) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth - 1) for item in cast("list[Any]", value)]
    return plain(str(value))


def decode(data: bytes | str) -> AnyEvent:
    """The event that `encode` wrote. Raises pydantic's `ValidationError` when `data` is not one."""
    return _adapter.validate_json(data)


def parse(value: object) -> AnyEvent:
    """An event from plain data, as from `json.loads`. Raises pydantic's `ValidationError` when it is not one."""
    return _adapter.validate_python(value)
