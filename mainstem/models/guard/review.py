"""Answers held for a person: kept with what led there, asked about by an interrupt, shown without the model.

The node that called the model is interrupted. When its thread goes on, the node calls the model again: what was held is
found by the task and by what was asked, and the decision says what of it is shown.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, cast
from uuid import uuid4

from langchain_core.messages import AIMessageChunk, BaseMessage, message_to_dict, messages_from_dict
from langchain_core.runnables.config import ensure_config

from mainstem.policy import Policy
from mainstem.settings import active
from mainstem.stores.opening import open_stores
from mainstem.stores.reviews import HeldAnswer, Reviews
from mainstem.stream.finish_reasons import POLICY
from mainstem.stream.hitl import Decision, HITLRequest, edited_call, expired, flag_of, recorded, refusal_message, reject

from .policies import Policies, asked
from .scope import may_be_in_a_graph, tell_halted, tell_review

ACTION = "continue_answer"
"""What a person is asked about, as the name of a call."""

_NUMBER = re.compile(r"(?<=_)[0-9]+(?=\])")
"""Of a placeholder: another process may count from another number on."""


class Review:
    """One call of a model in a graph that keeps its thread: its answer can be held there."""

    def __init__(self, policies: Policies, messages: Sequence[BaseMessage], thread: str, task: str) -> None:
        self._policies = policies
        self._question = asked(messages)
        self._place = thread, task, _digest(messages)

    async def held(self) -> HeldAnswer | None:
        """The answer that is held here. Raises `ReviewError`."""
        store = await asyncio.to_thread(_store)
        return await store.find(*self._place)

    async def keep(self, policy: Policy, shown: str, whole: AIMessageChunk, halted_by: str) -> HeldAnswer:
        """Keep an answer of which `shown` is to be seen. Raises `ReviewError`."""
        store, hours = await asyncio.to_thread(_store), active().approval_hours
        held = HeldAnswer(
            uuid4().hex,
            *self._place,
            policy=policy.name,
            question=self._question,
            shown=shown,
            text=whole.text.removeprefix(shown),
            message=json.dumps(message_to_dict(whole.model_copy(update={"usage_metadata": None}))),
            halted_by=halted_by,
            expires_at="" if hours is None else (datetime.now(UTC) + timedelta(hours=hours)).isoformat(),
        )
        await store.keep(held)
        return held

    def ask(self, held: HeldAnswer) -> None:
        """Ask about an answer that was held now. It raises `GraphInterrupt`."""
        tell_review(held.policy, f"The answer waits for a person: the policy {held.policy} holds what comes next.")
        from langgraph.errors import GraphInterrupt
        from langgraph.types import Interrupt

        # `interrupt` takes what was decided of another question: a server gives it to a run of a dead process once more
        raise GraphInterrupt((Interrupt.from_ns(_request(held), held.task),))

    def settled(self, held: HeldAnswer) -> AIMessageChunk:
        """What is shown of it, as it was decided. Raises `GraphInterrupt` while it waits."""
        policy = self._policies.by_name.get(held.policy.lower()) or Policy(name=held.policy, words=(held.policy,))
        decision = _decided(held)
        record, why = recorded(decision), refusal_message(decision)
        told = "rejected" if why is not None else _DONE["flag" if flag_of(decision) else decision["type"]]
        by = f" by {record['by']}" if "by" in record else ""
        tell_review(held.policy, f"What the policy {held.policy} held was {told}{by}.", record)
        if why is not None:
            tell_halted(policy)
            return _ended(held, why or policy.says)
        if ends := self._policies.by_name.get(held.halted_by):
            tell_halted(ends)
        return _released(held, decision)


_DONE = {"approve": "approved", "edit": "edited", "flag": "approved and flagged"}


def review_here(policies: Policies, messages: Sequence[BaseMessage]) -> Review | None:
    """Where an answer to `messages` can be held; None where nobody can be asked, or no policy asks anybody."""
    if not policies.reviewed or not may_be_in_a_graph():
        return None
    configurable: dict[str, Any] = ensure_config().get("configurable") or {}
    thread, task = configurable.get("thread_id"), configurable.get("checkpoint_ns")
    return Review(policies, messages, str(thread), str(task)) if thread and task else None


def _store() -> Reviews:
    return open_stores(active(), prune=False).reviews


def _digest(messages: Sequence[BaseMessage]) -> str:
    told = json.dumps([(message.type, _NUMBER.sub("", message.text)) for message in messages])
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _request(held: HeldAnswer, problem: str = "") -> HITLRequest:
    """What is asked. Whoever reads the stream reads it, too: the words themselves are not in it."""
    description = f"{problem}The policy {held.policy} holds what the answer goes on with."
    args = {"policy": held.policy, "review": held.review_id}
    request: HITLRequest = {
        "action_requests": [{"name": ACTION, "args": args, "description": description}],
        "review_configs": [
            {"action_name": ACTION, "allowed_decisions": ["approve", "edit", "reject"], "flags": True},
        ],
    }
    return {**request, "expires_at": held.expires_at} if held.expires_at else request


def _decided(held: HeldAnswer) -> Decision:
    """The decision; what is none is asked for again. Where it came too late, it is a rejection."""
    problem = ""
    until = datetime.fromisoformat(held.expires_at) if held.expires_at else None
    while True:
        answer = _interrupt(_request(held, problem))
        if why := expired(until):
            tell_review(held.policy, f"What the policy {held.policy} held is not shown: {why}.")
            return reject()
        given: Any = cast("dict[str, Any]", answer).get("decisions") if isinstance(answer, dict) else None
        one: Any = cast("list[Any]", given)[0] if isinstance(given, list) and given else None
        if _is_decision(one):
            return cast("Decision", one)
        problem = 'That is no decision: {"decisions": [{"type": "approve"}]}, or edit with {"text": …}, or reject. '


def _is_decision(one: Any) -> bool:
    if not isinstance(one, dict):
        return False
    kind = cast("dict[str, Any]", one).get("type")
    return kind in ("approve", "reject") or (kind == "edit" and _edited(cast("Decision", one)) is not None)


def _edited(decision: Decision) -> str | None:
    """The words to show instead."""
    try:
        call = edited_call(decision)
        text = call["args"]["text"] if call is not None else None
    except (KeyError, TypeError):
        return None
    return text if isinstance(text, str) else None


def _released(held: HeldAnswer, decision: Decision) -> AIMessageChunk:
    (message,) = messages_from_dict([json.loads(held.message)])
    if not isinstance(message, AIMessageChunk):
        raise TypeError("what was kept is no answer")
    edited = _edited(decision)
    changed: dict[str, Any] = {"content": held.shown + edited} if edited is not None else {}
    return message.model_copy(update={**changed, "id": None, "chunk_position": "last"})


def _ended(held: HeldAnswer, says: str) -> AIMessageChunk:
    text = f"{held.shown}\n\n{says}" if held.shown and says else held.shown + says
    return AIMessageChunk(content=text, response_metadata={"finish_reason": POLICY}, chunk_position="last")


def _interrupt(request: HITLRequest) -> Any:
    from langgraph.types import interrupt

    return interrupt(request)
