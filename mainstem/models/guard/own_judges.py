"""Judges and finders of the user's own, plain or async: called with a sentence, beside the event loop."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from mainstem.models.errors import ModelError
from mainstem.models.own_callable import call_own_here, own_name
from mainstem.policy import Policy

T = TypeVar("T")

SECONDS = 60.0
"""How long what an async judge returns is waited for."""

_loop: ContextVar[asyncio.AbstractEventLoop | None] = ContextVar("mainstem_judging_loop", default=None)


class PolicyFailed(ModelError):
    """A sentence could not be judged that a policy asks about: it is not shown."""


async def beside(call: Callable[..., T], *given: Any) -> T:
    """What `call` returns in a thread; async judges run in this loop meanwhile: their connections are of it."""
    token = _loop.set(asyncio.get_running_loop())
    try:
        return await asyncio.to_thread(call, *given)
    finally:
        _loop.reset(token)


def is_broken(policy: Policy, sentence: str) -> bool:
    """Whether the policy's judge says that a sentence breaks it. Raises `PolicyFailed`."""
    return policy.judge is not None and bool(_said(policy, policy.judge, sentence))


def spans_in(policy: Policy, sentence: str) -> list[tuple[int, int, str]]:
    """What the policy finds in a sentence. Raises `PolicyFailed`, also for what is no place in it."""
    if policy.finds is None:
        return []
    said = _said(policy, policy.finds, sentence)
    try:
        spans = [(int(start), int(end), str(name)) for start, end, name in said]
    except (TypeError, ValueError) as error:
        raise _failed(policy, policy.finds, "it returned no list of (start, end, name)") from error
    for start, end, name in spans:
        if not (0 <= start <= end <= len(sentence) and name):
            raise _failed(policy, policy.finds, f"from {start} to {end} is no place in {len(sentence)} characters")
    return spans


def _said(policy: Policy, call: Callable[[str], Any], sentence: str) -> Any:
    try:
        return call_own_here(call, sentence, loop=_loop.get(), seconds=SECONDS)
    except Exception as error:
        # what the error says may hold the sentence
        why = f"longer than {SECONDS:g} s" if isinstance(error, TimeoutError) else f"it raised {type(error).__name__}"
        raise _failed(policy, call, why) from error


def _failed(policy: Policy, call: Callable[..., Any], why: str) -> PolicyFailed:
    return PolicyFailed(
        f"The policy {policy.name} could not be asked about a sentence, and so it is not shown: {own_name(call)} "
        f"failed: {why}."
    )
