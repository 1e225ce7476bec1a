"""Keep the live thread inside its window: fold the oldest turns into a summary, and answer orphan calls.

What is folded leaves the live state, so that turn 2,000 costs what turn 20 does; it stays in the thread's history.
"""

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    get_buffer_string,
)
from langchain_core.messages.utils import count_tokens_approximately
from langgraph.constants import TAG_NOSTREAM
from langgraph.runtime import Runtime

from mainstem.models import ModelError, aload
from mainstem.settings import Settings
from mainstem.stream.repair import orphans
from mainstem.stream.writer import StreamWriter

from .state import Context, State, Update, settings_of, turn_of

KEPT = 0.5
"""Share of the window that is left full after folding, so that not every turn folds."""

SUMMARY_CHARS = 4000
"""Length of a summary."""

UNANSWERED = "This call has no result: it was not approved, or it was cut short. It was not made again."
"""What the model reads in place of the result of a call that nobody answered."""

_LINE = 200
_CUT = "\n… (cut: the rest did not fit)"
_ASK = (
    "Summarise this conversation for yourself: what was asked, what was found and where, what was decided. "
    "Keep names, numbers and document names. At most 300 words."
)


async def compact(state: State, runtime: Runtime[Context]) -> Update:
    """Transcript what does not fit, then shorten the results that still do not."""
    settings = settings_of(runtime)
    messages = state["messages"]
    if count_tokens_approximately(messages) <= settings.window_tokens:
        healed = _healed(messages)
        return {"messages": healed} if healed else {}
    folded = _oldest(messages, int(settings.window_tokens * KEPT))
    kept = messages[len(folded) :]
    update: Update = {"messages": [*(RemoveMessage(id=str(message.id)) for message in folded), *_healed(kept)]}
    update["messages"] += _shortened(kept, settings.window_tokens)
    if folded:
        update["summary"] = await _summary(
            state.get("summary", ""), folded, settings, StreamWriter.of(runtime, "compact")
        )
    return update


def _healed(messages: list[AnyMessage]) -> list[Any]:
    """What puts an answer directly behind each message whose calls have none, as providers demand."""
    missing = {message.tool_call_id: message for message in orphans(messages)}
    written: list[Any] = []
    for message in messages:
        if written:
            # An answer came in before it: it is taken out and put behind that.
            written += [RemoveMessage(id=str(message.id)), message]
        if isinstance(message, AIMessage):
            calls = [call["id"] for call in (*message.tool_calls, *message.invalid_tool_calls)]
            written += [missing[key].model_copy(update={"content": UNANSWERED}) for key in calls if key in missing]
    return written


def _oldest(messages: list[AnyMessage], budget: int) -> list[AnyMessage]:
    """Whole turns from the beginning, until the rest fits; the current turn always stays."""
    current = len(messages) - len(turn_of(messages))
    starts = [position for position, message in enumerate(messages) if isinstance(message, HumanMessage)]
    for start in starts:
        if start >= current or count_tokens_approximately(messages[start:]) <= budget:
            return messages[:start]
    return messages[:current]


def _shortened(messages: list[AnyMessage], window: int) -> list[AnyMessage]:
    """Tool results cut so that the current turn fits, the longest first."""
    excess = (count_tokens_approximately(messages) - window) * 4
    results = [m for m in messages if isinstance(m, ToolMessage) and isinstance(m.content, str)]
    cut: list[AnyMessage] = []
    for message in sorted(results, key=lambda m: -len(m.content)):
        if excess <= 0:
            break
        text = str(message.content)
        length = max(_LINE, len(text) - excess - len(_CUT))
        if length < len(text):
            excess -= len(text) - length
            cut.append(message.model_copy(update={"content": text[:length] + _CUT}))
    return cut


async def _summary(before: str, folded: list[AnyMessage], settings: Settings, writer: StreamWriter) -> str:
    writer.progress("folding old turns", done=0, total=1, unit="summaries")
    model = await aload(settings.model, settings)
    said = await _by_model(model, before, folded, writer) or _by_hand(before, folded)
    writer.progress("folding old turns", done=1, total=1, unit="summaries")
    return said[-SUMMARY_CHARS:]


async def _by_model(model: BaseChatModel, before: str, folded: list[AnyMessage], writer: StreamWriter) -> str:
    """The model's own summary; empty for models that only quote or play, and when the model fails."""
    if model._llm_type.startswith("mainstem"):  # pyright: ignore[reportPrivateUsage]
        return ""
    text = get_buffer_string(folded)
    ask = [SystemMessage(_ASK), HumanMessage(f"Summary so far:\n{before}\n\nConversation:\n{text}")]
    try:
        said = await model.ainvoke(ask, config={"tags": [TAG_NOSTREAM]})
    except ModelError:
        return ""
    if said.usage_metadata:
        writer.usage(said.response_metadata.get("model_name"), dict(said.usage_metadata))
    return said.text


def _by_hand(before: str, folded: list[AnyMessage]) -> str:
    lines = [before] if before else []
    for message in folded:
        if isinstance(message, HumanMessage | AIMessage) and message.text.strip():
            who = "Asked" if isinstance(message, HumanMessage) else "Answered"
            lines.append(f"{who}: {' '.join(message.text.split())[:_LINE]}")
    return "\n".join(lines)
