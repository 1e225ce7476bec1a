"""One turn of the model, within the budget. The only node whose words are the answer."""

from langgraph.runtime import Runtime

from mainstem.stream.finish_reasons import POLICY
from mainstem.stream.spending import BudgetSpent
from mainstem.stream.writer import StreamWriter, stream_writer
from tools import TOOLS, available, client_tools, offered

from .approval import stamped
from .attempts import ask
from .budget import turn_budget
from .cited_answer import CitationCheck
from .client_calls import stamped_calls
from .context import Context, run_settings
from .messages import begins_turn
from .prompt import Prompt
from .rewriting import may_be_rewritten, rewritten, unsupported
from .state import State, Update


async def call_model(state: State, runtime: Runtime[Context]) -> Update:
    """Ask the model; a retry or a fallback takes back what the failed attempt has shown. Raises `UnknownPrice`."""
    settings = run_settings(runtime)
    cited = CitationCheck(state, settings, stream_writer(runtime))
    tools, problems = await available(settings, TOOLS)
    theirs, taken = client_tools(runtime.context.tools if runtime.context else (), tools)
    if begins_turn(state["messages"][-1]):
        _tell(problems, taken, cited.writer)
    tools = {**tools, **theirs}
    async with turn_budget(state["messages"], settings, runtime) as budget:
        try:
            message = await ask(Prompt(state), offered(tools, settings), settings, cited, callbacks=budget.callbacks)
        except BudgetSpent:
            return {"halted": "budget", "messages": budget.partial} if budget.partial else {"halted": "budget"}
    if message.response_metadata.get("finish_reason") == POLICY:
        return {"halted": "policy", "messages": [message]}
    checked = await cited.of(message)
    if (wrong := unsupported(checked)) and may_be_rewritten(message, state["messages"], settings, budget):
        message, checked = await rewritten(state, message, wrong, tools, settings, cited)
    message = stamped_calls(stamped(message, settings), theirs)
    return {"messages": [message], "citations": [citation for claim in checked for citation in claim.citations]}


def _tell(problems: list[str], taken: list[str], writer: StreamWriter) -> None:
    """What keeps tools from being offered, once a turn."""
    for problem in problems:
        writer.notice("review", problem, rule="mcp")
    for name in taken:
        text = f"The caller's tool {name} is not offered: this agent has a tool of that name."
        writer.notice("review", text, rule="client_tools")
