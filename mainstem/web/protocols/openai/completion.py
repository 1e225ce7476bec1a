"""What came of a run, in OpenAI's words: reasons, usage, sources, and the whole completion."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

from langchain_core.messages.ai import UsageMetadata

from mainstem.stream.events import Citation, MessageFinished
from mainstem.stream.finish_reasons import cut_of
from mainstem.stream.transcript import Result

from .errors import JsonObject
from .options import CompletionOptions

CITED = {"marker", "document", "locator", "quote", "answer_start", "answer_end", "verdict"}
"""What is told of a citation."""


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
    if sources := [source for choice in choices for source in choice["delta"].get("annotations", ())]:
        message["annotations"] = sources
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


def annotations(
    citations: Iterable[Citation], starts: Mapping[str, int], length: int, address: str
) -> list[JsonObject]:
    """OpenAI's `annotations`: each source, with where in the content it is cited.

    `starts`: where each message begins in the content; `length`: of the content, which a limit may have cut;
    `address`: as in `passage_url`.
    """
    found = [(cited, cited_at(cited, starts.get(cited.message_id))) for cited in citations]
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": at[0],
                "end_index": at[1],
                "title": cited.document,
                "url": passage_url(cited, address),
            },
        }
        for cited, at in found
        if at is not None and at[1] <= length
    ]


def cited_at(cited: Citation, start: int | None) -> tuple[int, int] | None:
    """From where to where in the content a source is cited; None where that is not known."""
    if start is None or cited.answer_start is None or cited.answer_end is None:
        return None
    return start + cited.answer_start, start + cited.answer_end


def passage_url(cited: Citation, address: str) -> str:
    """Where this server tells the passage; `address`: where the client reaches its routes."""
    query = {"document": cited.document, "start": cited.locator.start, "end": cited.locator.end}
    return f"{address}/documents/passage?{urlencode(query)}"


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
