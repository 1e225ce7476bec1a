"""Why a model stopped: what the providers' words mean, and what to say of an answer that was cut.

The words that end a whole answer are a closed list. A word that is not known ends no whole answer: a new one more
often names a new way to be cut. An answer wrongly called cut is asked for again, one wrongly called whole is believed.
"""

from typing import Literal

Cut = Literal["length", "filtered", "refused", "paused", "failed", "other", "unsaid"]
"""How an answer was cut: at a limit, by a filter, by the model itself, for a while, by a fault, otherwise, or early."""

RETURNED = "returned"
"""Finish reason of a message that no model streamed: a node returned it whole."""

REFUSAL = "refusal"
"""Finish reason of a message in which the model declines, also where its provider calls that a stop."""

POLICY = "policy"
"""Finish reason of a message that a policy ended (`mainstem.guarded`)."""

REVIEW = "review"
"""Finish reason of a message that a policy holds for a person: it is shown whole once that was decided."""

WHOLE = frozenset(
    {
        RETURNED,
        *("stop", "tool_calls", "function_call"),  # OpenAI and what is compatible; Gemini's STOP; Ollama
        *("end_turn", "stop_sequence", "tool_use"),  # Anthropic, Bedrock
        *("complete", "tool_call"),  # Cohere
        *("completed",),  # Responses, where nobody put it into OpenAI's words
        *("eos", "eos_token"),  # Text Generation Inference, Together, watsonx
    }
)
"""The finish reasons that end a whole answer, in lower case."""

_CUTS: dict[Cut, frozenset[str]] = {
    "length": frozenset(
        {
            *("length", "max_tokens", "max_output_tokens", "max_completion_tokens", "model_length", "token_limit"),
            *("model_context_window_exceeded", "context_length_exceeded"),
        }
    ),
    "filtered": frozenset(
        {
            *(POLICY, "content_filter", "content_filtered", "guardrail_intervened", "sensitive", "error_toxic"),
            *("safety", "recitation", "blocklist", "prohibited_content", "spii", "language"),
            *("image_safety", "image_recitation", "image_prohibited_content"),
        }
    ),
    "refused": frozenset({REFUSAL}),
    "paused": frozenset({"pause_turn", REVIEW}),
    "failed": frozenset(
        {
            *("error", "network_error", "insufficient_system_resource", "timeout", "time_limit"),
            *("abort", "aborted", "cancelled", "canceled", "not_finished"),
            *("malformed_function_call", "malformed_model_output", "malformed_tool_use", "unexpected_tool_call"),
        }
    ),
}

SAID: dict[Cut, tuple[str, str]] = {
    "length": ("The answer was cut off at a length limit.", "Ask it to go on, or raise the limit."),
    "filtered": ("The answer was cut off by the provider's filter.", "Say it in another way."),
    "refused": ("The model declined to answer.", "Say it in another way, or ask another model."),
    "paused": ("The model paused before its answer was whole.", "Ask it to go on."),
    "failed": ("The answer was cut off by a fault at the provider.", "Ask again."),
    "other": ("The answer was cut off: its provider stopped for another reason.", "Ask it to go on, or ask again."),
    "unsaid": ("The answer was cut off: the model never said that it is complete.", "Ask it to go on, or ask again."),
}
"""What to tell people of each cut: what happened, and what to do. The page's `run_end.js` says the same."""


def is_whole(reason: str | None) -> bool:
    """Whether `reason`, in a provider's word, ends a whole answer."""
    return reason is not None and _plain(reason) in WHOLE


def cut_of(reason: str | None) -> Cut | None:
    """How `reason` says that an answer was cut; None for a whole one."""
    if reason is None:
        return "unsaid"
    if is_whole(reason):
        return None
    for cut, words in _CUTS.items():
        if _plain(reason) in words:
            return cut
    return "other"


def sentence(cut: Cut | None, reason: str | None) -> str:
    """One line for people: what happened, the provider's word for it, and what to do."""
    happened, advice = SAID[cut or "unsaid"]
    return f"{happened.rstrip('.')} ({reason}). {advice}" if reason else f"{happened} {advice}"


def _plain(reason: str) -> str:
    """Gemini shouts, and some clients give the name of its enumeration, too: `FinishReason.STOP`."""
    return reason.rpartition(".")[2].lower()
