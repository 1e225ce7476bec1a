"""A model's message as the thread may keep it: marked where it is not complete, without calls that cannot be made."""

from langchain_core.messages import AIMessage
from langchain_core.messages.tool import invalid_tool_call

from mainstem.models.openai.tool_calls import doubtful_calls
from mainstem.stream.finish_reasons import is_whole
from mainstem.stream.repair import INCOMPLETE
from mainstem.stream.translate.message_fields import finish_reason_of


def storable(message: AIMessage) -> AIMessage:
    """The same message, so marked."""
    if not is_whole(finish_reason_of(message)):
        message.response_metadata.update(INCOMPLETE)
    _set_doubtful_calls_aside(message)
    return message


def _set_doubtful_calls_aside(message: AIMessage) -> None:
    """Calls whose arguments came cut off or mixed up: LangChain mends them by guessing, and a guess is never run."""
    doubtful = doubtful_calls(message)
    message.invalid_tool_calls += [
        invalid_tool_call(id=call["id"], name=call["name"], args=doubtful[str(call["id"])], error="cut off or mixed up")
        for call in message.tool_calls
        if call["id"] in doubtful
    ]
    message.tool_calls = [call for call in message.tool_calls if call["id"] not in doubtful]
