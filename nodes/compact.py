"""Keep the live thread inside its window: fold the oldest turns into a summary, and answer orphan calls.

What is folded leaves the live state, so that turn 2,000 costs what turn 20 does; it stays in the thread's history.
"""

from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, RemoveMessage, ToolMessage
from langchain_core.messages.utils import count_tokens_approximately
from langgraph.runtime import Runtime

from mainstem.settings import active
from mainstem.stream.repair import orphans
from mainstem.stream.steering import STEERING, steered, steering_waits
from mainstem.stream.writer import stream_writer

from .client_calls import waits_for_client
from .context import Context, run_settings
from .messages import begins_turn, current_turn
from .state import State, Update
from .summary import summarize

KEPT_SHARE = 0.5
"""Share of the window that is left full after folding, so that not every turn folds."""

UNANSWERED = "This call has no result: it was not approved, or it was cut short. It was not made again."
"""What the model reads in place of the result of a call that nobody answered."""

_LINE = 200
_CUT = "\n… (cut: the rest did not fit)"


def needs_compacting(messages: list[AnyMessage]) -> bool:
    """Whether `compact` has anything to do before the model is asked."""
    if steering_waits() or waits_for_client(messages) or _healed(messages):
        return True
    return count_tokens_approximately(messages) > active().window_tokens


async def compact(state: State, runtime: Runtime[Context]) -> Update:
    """Fold what does not fit, and let the model read what a person added meanwhile. Calls of the client's stay open."""
    if waits_for_client(state["messages"]):
        return {}
    update, added = await _compacted(state, runtime), steered()
    for message in added:
        stream_writer(runtime).notice("other", message.text, rule=STEERING)
    return {**update, "messages": [*update.get("messages", ()), *added]} if added else update


async def _compacted(state: State, runtime: Runtime[Context]) -> Update:
    """Fold what does not fit, then shorten the results that still do not."""
    settings = run_settings(runtime)
    messages = state["messages"]
    if count_tokens_approximately(messages) <= settings.window_tokens:
        healed = _healed(messages)
        return {"messages": healed} if healed else {}
    folded = _oldest(messages, int(settings.window_tokens * KEPT_SHARE))
    kept = messages[len(folded) :]
    update: Update = {"messages": [*(RemoveMessage(id=str(message.id)) for message in folded), *_healed(kept)]}
    update["messages"] += _shortened(kept, settings.window_tokens)
    if folded:
        update["summary"] = await summarize(state.get("summary", ""), folded, settings, stream_writer(runtime))
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
    current = len(messages) - len(current_turn(messages))
    starts = [position for position, message in enumerate(messages) if begins_turn(message)]
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
