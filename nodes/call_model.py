"""One turn of the model, within the budget. The only node whose words are the answer."""

from langchain_core.messages import AIMessage
from langchain_core.messages.tool import invalid_tool_call
from langgraph.runtime import Runtime

from mainstem.models.openai.tool_calls import doubtful_calls
from mainstem.stream.finish_reasons import is_whole
from mainstem.stream.repair import INCOMPLETE
from mainstem.stream.translate.message_fields import finish_reason_of
from mainstem.stream.writer import stream_writer
from tools import TOOLS

from .attempts import ask
from .budget import overspent
from .context import Context, run_settings
from .prompt import Prompt
from .state import State, Update


async def call_model(state: State, runtime: Runtime[Context]) -> Update:
    """Ask the model; a retry or a fallback takes back what the failed attempt has shown. Raises `UnknownPrice`."""
    settings = run_settings(runtime)
    writer = stream_writer(runtime)
    if reason := await overspent(state["messages"], settings):
        return {"halted": writer.halt("budget", reason, rule="budget")}
    message = await ask(Prompt(state), list(TOOLS.values()), settings, writer)
    if not is_whole(finish_reason_of(message)):
        message.response_metadata.update(INCOMPLETE)
    _set_doubtful_calls_aside(message)
    return {"messages": [message]}


def _set_doubtful_calls_aside(message: AIMessage) -> None:
    """Calls whose arguments came cut off or mixed up: LangChain mends them by guessing, and a guess is never run."""
    doubtful = doubtful_calls(message)
    message.invalid_tool_calls += [
        invalid_tool_call(id=call["id"], name=call["name"], args=doubtful[str(call["id"])], error="cut off or mixed up")
        for call in message.tool_calls
        if call["id"] in doubtful
    ]
    message.tool_calls = [call for call in message.tool_calls if call["id"] not in doubtful]
