"""What came of a run, in OpenAI's words: reasons, usage, errors, and the whole completion."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from langchain_core.messages.ai import UsageMetadata

from mainstem.stream.events import MessageFinished
from mainstem.stream.finish_reasons import cut_of
from mainstem.stream.transcript import Result

from .options import CompletionOptions

JsonObject = dict[str, Any]
"""A JSON object."""

STATUS = {"UnknownModelError": 404, "ThreadBusy": 409, "WrongDecision": 422}
"""HTTP statuses of failures that are not ours; every other one is a 500."""

KINDS = {404: "invalid_request_error", 422: "invalid_request_error", 400: "invalid_request_error"}
"""OpenAI's `type` of an error by its status; else `server_error`."""


CITED = {"marker", "document", "locator", "quote", "answer_start", "answer_end", "verdict"}
"""What is told of a citation."""


@dataclass(frozen=True)
class ErrorResponse:
    """An error as OpenAI's clients expect it."""

    status: int
    """What the HTTP status would be."""
    body: JsonObject
    """`{"error": {message, type, param, code}}`."""


def error_response(status: int, message: str, code: str, *, param: str | None = None, **more: Any) -> ErrorResponse:
    """An error with OpenAI's four fields; `more` are fields of ours beside them."""
    kind = KINDS.get(status, "server_error")
    return ErrorResponse(status, {"error": {"message": message, "type": kind, "param": param, "code": code, **more}})


def error_of(result: Result) -> ErrorResponse | None:
    """Why the run has no answer; None when it has one."""
    ours = {"run_id": result.run_id, "thread_id": result.thread_id}
    if result.status == "failed" and result.error is not None:
        status = STATUS.get(result.error.type, 500)
        return error_response(status, result.error.sentence, result.error.type, **ours)
    if result.status == "interrupted":
        message = "The run waits for a person's decision: answer with POST /threads/{id}/resume."
        message = message.replace("{id}", result.thread_id or "{id}")
        asked = [i.model_dump(include={"interrupt_id", "request"}) for i in result.interrupts]
        return error_response(422, message, "decision_required", interrupts=asked, **ours)
    return None


def withdrawn(run_id: str, reason: str) -> JsonObject:
    """The end of a stream whose words were taken back."""
    message = (
        f"The words that were sent so far were taken back ({reason}), and this protocol cannot do that. "
        'The run goes on: read it at /runs/{id}/events, or ask with "stream": false or "mainstem": {"hold": true}.'
    )
    return error_response(500, message.replace("{id}", run_id), "answer_withdrawn", run_id=run_id).body


def head(run_id: str, options: CompletionOptions) -> JsonObject:
    """What each chunk begins with."""
    return {
        "id": f"chatcmpl-{run_id}",
        "object": "chat.completion.chunk",
        "created": options.created,
        "model": options.model,
    }


def completion(chunks: Sequence[JsonObject]) -> JsonObject:
    """The whole `chat.completion` that these chunks make."""
    choices = [chunk["choices"][0] for chunk in chunks if chunk["choices"]]
    joined = partial(_joined, [choice["delta"] for choice in choices])
    message: JsonObject = {"role": "assistant", "content": joined("content") or "", "refusal": joined("refusal")}
    if reasoning := joined("reasoning_content"):
        message["reasoning_content"] = reasoning
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": choices[-1]["finish_reason"]}
    ours = {key: chunk[key] for chunk in chunks for key in ("usage", "mainstem") if chunk.get(key) is not None}
    return {**chunks[0], **ours, "object": "chat.completion", "choices": [choice]}


def _joined(deltas: Sequence[JsonObject], key: str) -> str | None:
    return "".join(delta.get(key) or "" for delta in deltas) or None


def cut_reason(event: MessageFinished) -> str | None:
    """How a message was cut, in OpenAI's words; None when it was not."""
    if event.complete:
        return None
    return "content_filter" if cut_of(event.finish_reason) in ("filtered", "refused") else "length"


def finish_reason(result: Result, cut: str | None) -> str:
    """`stop` only for a complete answer: OpenAI has no other word for a cut than `length` and `content_filter`."""
    if result.status == "done":
        return "stop"
    if result.status == "halted" and result.reason == "policy":
        return "content_filter"
    return cut or "length"


def run_summary(result: Result) -> JsonObject:
    """What OpenAI's shapes have no field for."""
    return {
        "run_id": result.run_id,
        "thread_id": result.thread_id,
        "status": result.status,
        "reason": result.reason,
        "cost": result.cost,
        "seconds": result.seconds,
        "citations": [cited.model_dump(include=CITED) for cited in result.citations],
    }


def usage(counted: UsageMetadata | None) -> JsonObject | None:
    """OpenAI's `usage`; None when the provider told none."""
    if counted is None:
        return None
    read = counted.get("input_token_details", {}).get("cache_read", 0)
    thought = counted.get("output_token_details", {}).get("reasoning", 0)
    return {
        "prompt_tokens": counted["input_tokens"],
        "completion_tokens": counted["output_tokens"],
        "total_tokens": counted["total_tokens"],
        "prompt_tokens_details": {"cached_tokens": read},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }
