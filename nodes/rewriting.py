"""The repair turn: an answer with sentences that no passage supports is written again, once, by the model itself.

What was shown is taken back, as a failed attempt's words are, and never reaches the thread. The second answer is
checked like the first, and kept whatever it says; where it says nothing, the first one is shown again.
"""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.tools import BaseTool

from mainstem.models import ModelError
from mainstem.settings import Settings
from mainstem.stream.finish_reasons import is_whole
from mainstem.stream.translate.message_fields import finish_reason_of
from mainstem.text import QUOTED
from tools import offered

from .attempts import ask
from .budget import TurnBudget
from .citations import CheckedClaim
from .cited_answer import CitationCheck
from .messages import current_turn
from .prompt import Prompt
from .state import State

REWRITTEN = {"rewritten": True}
"""Response metadata of an answer that was written again: a turn has one."""

_REQUEST = """\
No passage supports these sentences of your answer:

{}

Write the whole answer again, for the same question. Say only what the passages support, with their numbers as before; \
correct those sentences, or leave out what no passage says. Do not mention this request."""


def unsupported(checked: Sequence[CheckedClaim]) -> list[str]:
    """The sentences that cite passages of which none supports them."""
    return [one.claim.text for one in checked if one.unsupported]


def may_be_rewritten(message: AIMessage, messages: list[AnyMessage], settings: Settings, budget: TurnBudget) -> bool:
    """Whether a model wrote `message`, to its end, as the answer of a turn in which none was written again.

    And whether the budget allows to ask once more.
    """
    model, done = message.response_metadata.get("model_name"), is_whole(finish_reason_of(message))
    calls = message.tool_calls or message.invalid_tool_calls
    again = any(one.response_metadata.get("rewritten") for one in current_turn(messages))
    if not settings.repair or not done or calls or again or model in QUOTED:
        return False
    return budget.allows([*messages, message])


async def rewritten(
    state: State,
    message: AIMessage,
    sentences: Sequence[str],
    tools: Mapping[str, BaseTool],
    settings: Settings,
    cited: CitationCheck,
) -> tuple[AIMessage, list[CheckedClaim]]:
    """The answer as it is then written, and what was checked of it; where that fails, `message` once more."""
    count = len(sentences)
    said = "a sentence of the answer" if count == 1 else f"{count} sentences of the answer"
    cited.writer.superseded(str(message.id), "repair")
    cited.writer.notice("review", f"No passage supports {said}: it is written again.", rule="repair", count=count)
    try:
        again = await ask(
            Prompt(state, _request(message, sentences)), offered(tools, settings), settings, cited, may_call=False
        )
    except ModelError as error:
        cited.writer.notice("review", f"The answer could not be written again: {error}", rule="repair")
        again = _once_more(message)
    checked = await cited.of(again)
    if _is_empty(again):
        cited.writer.superseded(str(again.id), "repair")
        cited.writer.notice("review", "The answer could not be written again: nothing came.", rule="repair")
        again = _once_more(message)
        checked = await cited.of(again)
    again.response_metadata.update(REWRITTEN)
    return again, checked


def _is_empty(message: AIMessage) -> bool:
    return not (message.text.strip() or message.tool_calls or message.invalid_tool_calls)


def _once_more(message: AIMessage) -> AIMessage:
    return AIMessage(message.text, id=f"again-{uuid4().hex}")  # its tokens were told of when it was made


def _request(message: AIMessage, sentences: Sequence[str]) -> list[AnyMessage]:
    wrong = "\n".join(f"- {sentence}" for sentence in sentences)
    return [AIMessage(message.text), HumanMessage(_REQUEST.format(wrong))]
