"""What a run is given before it begins: its config and tags, its thread's lease, its budget, its journal."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ...settings import Settings
from ...stores.opening import Stores
from ...stream.jsonable import jsonable
from ...stream.run_options import RunOptions
from ...stream.watch import with_thread
from ..budgets import opened_accounts
from ..rollout import Rollout
from ..session_graph import SessionGraph
from .recorded_request import RecordedRequest


@dataclass(frozen=True)
class RunSetup:
    """What the runs of a session have in common."""

    settings: Settings
    stores: Stores
    graph: SessionGraph
    rollout: Rollout
    answer_nodes: frozenset[str] | None

    def options(
        self,
        thread: str | None,
        tags: Mapping[str, str] | None,
        config: Mapping[str, Any] | None,
        context: Any,
        *,
        begun: bool = False,
    ) -> RunOptions:
        """The options of a run in a thread; None: in the one of `config`, else in a new one.

        `begun`: the run has its tags already, and the variant that they name.
        """
        full = with_thread(self.graph.source, config)
        if thread is not None:
            full["configurable"]["thread_id"] = thread
        thread_id = str(full["configurable"].get("thread_id") or "")
        told: dict[str, str] = jsonable(dict(tags or {}))
        if not begun:
            told = self.rollout.tagged(told, thread_id, context if self.graph.bundled else None)
        settings = self.rollout.settings(told)
        if self.graph.bundled:
            full.setdefault("recursion_limit", settings.max_steps)
        return RunOptions(
            config=_with_metadata(full, told),
            context=self.rollout.context(told, context),
            answer_nodes=self.answer_nodes,
            tags=told,
            journal=self.stores.journal,
            memory=int(self.settings.log_mb * 2**20),
            accounts=partial(opened_accounts, settings, thread_id, told.get("user", "")),
            around=partial(self.stores.threads.lease, thread_id) if thread_id else nullcontext,
        )

    def movable(self, options: RunOptions, request: RecordedRequest) -> RunOptions:
        """The options of a run that other processes can go on with, where the stores are shared."""
        sharing = self.stores.sharing
        if sharing is None or not options.thread_id or not self.graph.source.keeps_threads:
            return options
        return replace(options, request=request.written(), when_lost=sharing.when_lost)


def _with_metadata(config: dict[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    if not tags:
        return config
    # LangGraph takes a run of the same `run_id` in its metadata for one that goes on
    kept = {name: value for name, value in tags.items() if name != "run_id"}
    return {**config, "metadata": {**(config.get("metadata") or {}), **kept}}
