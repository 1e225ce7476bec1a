"""Whose a run is to pay for: the tags that say so, and what it uses of their tokens."""

import asyncio
from collections.abc import Mapping

from mainstem.stream.run import Run

from .auth.gate import Gate


class RunAttribution:
    """Attributes runs to the users that `gate` knows."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._counting: set[asyncio.Task[None]] = set()

    def tags(self, tags: Mapping[str, str] | None, owner: str = "") -> Mapping[str, str] | None:
        """The tags of a run, with those of its user, which nobody else may set.

        `owner`: whose thread somebody goes on with: it is theirs to pay for, whoever has decided there, and no tag is
        taken from a request of somebody else.
        """
        user = self._gate.user
        if not user.id:
            return tags
        asked = {name: value for name, value in (tags or {}).items() if name != "decided_by"}
        if owner and owner != user.id:
            return {**user.tags, "user": owner, "decided_by": user.id}
        return {**asked, **user.tags, "user": user.id}

    def count(self, run: Run) -> None:
        """Let what a run uses count for the user whose request began it."""
        if self._gate.rates.counts_tokens:
            task = asyncio.create_task(self._count(run, self._gate.user.id))
            self._counting.add(task)
            task.add_done_callback(self._counting.discard)

    async def _count(self, run: Run, user: str) -> None:
        usage = (await run.result()).usage
        await self._gate.rates.used(user, usage["total_tokens"] if usage else 0)
