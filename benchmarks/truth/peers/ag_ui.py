"""`ag-ui-langgraph`: LangGraph as AG-UI events."""

import importlib.util
import sys
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any, ClassVar
from uuid import uuid4

from ag_ui.core import EventType, RunAgentInput, UserMessage
from ag_ui.encoder import EventEncoder
from starlette.responses import Response, StreamingResponse

from benchmarks.truth.cases import Case
from benchmarks.truth.peers.base import QUESTION, InProcess, of, text_of, whole


def agent_class() -> Any:
    """`LangGraphAgent`. The package imports its FastAPI endpoint at once, and FastAPI is only an extra of it."""
    names = () if importlib.util.find_spec("fastapi") else ("fastapi", "fastapi.responses")
    for name in names:
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__dict__.update(dict.fromkeys(_FASTAPI, object))
    try:
        from ag_ui_langgraph import LangGraphAgent
    finally:
        for name in names:
            del sys.modules[name]
    return LangGraphAgent


_FASTAPI = ("APIRouter", "FastAPI", "HTTPException", "Request", "StreamingResponse")
_AGENT = agent_class()


class AgUi(InProcess):
    """The events of `LangGraphAgent.run`, applied as AG-UI's client applies them (a snapshot replaces the messages)."""

    name = "ag-ui-langgraph"
    packages = ("ag-ui-langgraph", "ag-ui-protocol", "langgraph")
    how = (
        "`LangGraphAgent(…).clone().run(RunAgentInput(…))`; served as its own FastAPI endpoint does it: "
        "a `StreamingResponse` over the encoded events"
    )
    says: ClassVar = {
        "5": "every model call becomes a message of the chat, unless the graph's own metadata says "
        "`emit-messages: false`; the raw event that rides along names the node.",
        "8": "nothing is masked.",
        "9b": "what a stopped node had not returned is not stored.",
        "10": "the adapter keeps nothing; AG-UI leaves it to the server around it.",
    }

    remarks: ClassVar = {
        "6": "by the raw LangGraph event that rides along by default; `RUN_FINISHED` comes after a cut answer too.",
        "11": "the queue of `astream_events` under it has no bound.",
    }

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        limit: Any = None if case.limit is None else {"recursion_limit": case.limit}
        self._agent = _AGENT(name="agent", graph=self.graph, config=limit).clone()
        self._input = RunAgentInput(
            thread_id=self.thread_id,
            run_id=str(uuid4()),
            messages=[UserMessage(id="question", role="user", content=QUESTION)],
            state={},
            tools=[],
            context=[],
            forwarded_props={},
        )

    def parts(self) -> AsyncIterator[Any]:
        return self._agent.run(self._input)

    def response(self) -> Response:
        encoder = EventEncoder()

        async def events() -> AsyncIterator[str]:
            async for event in self._agent.run(self._input):
                yield encoder.encode(event)

        return StreamingResponse(events(), media_type=encoder.get_content_type())

    def note(self, part: Any) -> None:
        seen = self.seen
        if part.type in _STARTS:
            kind, key = _STARTS[part.type]
            seen.start(f"{kind} {getattr(part, key)}")
        elif part.type in _ENDS:
            kind, key = _ENDS[part.type]
            seen.finish(f"{kind} {getattr(part, key)}")
        elif part.type == EventType.MESSAGES_SNAPSHOT:
            self._snapshot(part.messages)
        elif part.type == EventType.RUN_FINISHED:
            seen.end("done")
            for usage in getattr(part, "usage", None) or ():
                seen.spend(usage if isinstance(usage, dict) else usage.model_dump())
        elif part.type == EventType.RUN_ERROR:
            seen.end("failed")
            seen.error = " ".join(part.message.split())
            seen.running.clear()  # in AG-UI, it ends what was open
        self._words(part)

    def _words(self, part: Any) -> None:
        seen = self.seen
        if part.type == EventType.TEXT_MESSAGE_START:
            seen.message(part.message_id, node=_node(part), complete=False)
        elif part.type == EventType.TEXT_MESSAGE_CONTENT:
            seen.say(part.message_id, part.delta)
        elif part.type == EventType.REASONING_MESSAGE_CONTENT:
            seen.reasoning += part.delta
        elif part.type == EventType.TOOL_CALL_START:
            seen.call(part.tool_call_id, part.tool_call_name)
        elif part.type == EventType.TOOL_CALL_ARGS:
            seen.call(part.tool_call_id, more=part.delta)
        elif part.type == EventType.RAW and (part.event or {}).get("event") == "on_chat_model_end":
            said = part.event["data"].get("output") or {}
            if (key := str(of(said, "id"))) in seen.messages:
                seen.message(key, complete=whole(of(said, "response_metadata")))

    def _snapshot(self, messages: list[Any]) -> None:
        """A snapshot is the whole conversation: what it lacks is gone."""
        said = {one.id: text_of(one.content) for one in messages if one.role == "assistant"}
        for key, message in self.seen.messages.items():
            message.withdrawn = key not in said
        for key, text in said.items():
            self.seen.replace(key, text)
        self.seen.odd = [(law, _until_now(where) if law in ("3", "4") else where) for law, where in self.seen.odd]


def _node(part: Any) -> str | None:
    """The node that the raw event beneath an event names."""
    raw = part.raw_event
    return (raw.get("metadata") or {}).get("langgraph_node") if isinstance(raw, dict) else None


def _until_now(where: str) -> str:
    """What the snapshot put right."""
    return where if _RIGHT in where else f"{where}; {_RIGHT}"


_STARTS = {
    EventType.TEXT_MESSAGE_START: ("message", "message_id"),
    EventType.STEP_STARTED: ("step", "step_name"),
    EventType.TOOL_CALL_START: ("tool call", "tool_call_id"),
}
_ENDS = {
    EventType.TEXT_MESSAGE_END: ("message", "message_id"),
    EventType.STEP_FINISHED: ("step", "step_name"),
    EventType.TOOL_CALL_END: ("tool call", "tool_call_id"),
}
_RIGHT = "the snapshot at the run's end puts it right"
