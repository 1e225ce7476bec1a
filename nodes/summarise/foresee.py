"""Say what a summary will cost before it is made, and ask a person where that is more than the settings allow."""

from typing import Literal

from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.utils import count_tokens_approximately
from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from mainstem.models.budget import check_budget, dearest, paid
from mainstem.sessions.approvals import ApprovalRequest, PendingCall
from mainstem.settings import Settings, use
from mainstem.stores.errors import NotesError
from mainstem.stores.opening import open_stores
from mainstem.stream.prices import load
from mainstem.stream.writer import stream_writer
from mainstem.text import dollars

from ..context import Context, run_settings
from ..question import ask
from .asking import NOTE_WORDS, key_of, note_prompt
from .passages import passages_of_part
from .state import Part, PartTask, SummaryState, SummaryUpdate

_NOTE_TOKENS = NOTE_WORDS * 2
"""Tokens that the notes of a part are reckoned to have at most."""

Next = Command[Literal["read_part", "__end__"]]


async def foresee(state: SummaryState, runtime: Runtime[Context]) -> Next:
    """Send each part to be read, once the cost is known and agreed to. Raises `UnknownPrice` under a budget."""
    settings, parts, focus = run_settings(runtime), state.get("parts", []), state.get("focus", "")
    usage = await _usage(parts, focus, settings)
    cost = await _cost(usage, settings)
    if reason := await _over_budget(usage, cost, settings):
        return _halted(stream_writer(runtime).halt("budget", reason, rule="summary"))
    if cost > settings.summary_ask_above and not await _agreed(state, usage, cost, settings):
        reason = f"The summary, for about {dollars(cost)}, was not approved: nothing was read."
        return _halted(stream_writer(runtime).halt("budget", reason, rule="summary"))
    return Command(goto=[Send("read_part", PartTask(part=part, focus=focus)) for part in parts])


def _halted(reason: Literal["policy", "budget", "steps", "supervisor"]) -> Next:
    return Command(update=SummaryUpdate(halted=reason), goto="__end__")


async def _usage(parts: list[Part], focus: str, settings: Settings) -> UsageMetadata:
    """The tokens of the parts that were not noted before, of merging their notes, and of the answer."""
    prompts: dict[bytes, int] = {}
    with use(settings):
        for part in parts:
            prompt = note_prompt(await passages_of_part(part), focus)
            prompts[key_of(prompt, settings)] = count_tokens_approximately(prompt)
    known = await _known(list(prompts), settings)
    new = [tokens for key, tokens in prompts.items() if key not in known]
    read, written = sum(new) + len(parts) * _NOTE_TOKENS, (len(new) + 2) * _NOTE_TOKENS
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


async def _known(keys: list[bytes], settings: Settings) -> set[bytes]:
    try:
        return await open_stores(settings).part_notes.known(keys)
    except NotesError:  # what cannot be remembered is read again
        return set()


async def _cost(usage: UsageMetadata, settings: Settings) -> float:
    """US dollars; 0 where no price is known."""
    if paid(settings):
        await load()
    return dearest(usage, settings)


async def _over_budget(usage: UsageMetadata, cost: float, settings: Settings) -> str:
    await check_budget(settings)
    limits = settings.run_budget
    if limits.tokens is not None and usage["total_tokens"] > limits.tokens:
        return f"The summary would take about {usage['total_tokens']:,} tokens, and the run may use {limits.tokens:,}."
    if limits.cost is not None and cost > limits.cost:
        return f"The summary would cost about {dollars(cost)}, and the run may cost {dollars(limits.cost)}."
    return ""


async def _agreed(state: SummaryState, usage: UsageMetadata, cost: float, settings: Settings) -> bool:
    """Ask a person."""
    parts = state.get("parts", [])
    args = {"documents": len(state.get("documents", [])), "parts": len(parts), "tokens": usage["total_tokens"]}
    description = f"Summarise {len(parts)} parts for about {dollars(cost)}, read {usage['input_tokens']:,} tokens."
    call = PendingCall("summarise", {**args, "cost_usd": round(cost, 4)}, description, ("approve", "reject"))
    request = ApprovalRequest((call,))
    return request.is_approved_by(await ask(request.as_json(), open_stores(settings).ledger))
