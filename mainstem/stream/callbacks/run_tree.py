"""Which run of a runnable is whose child: from LangChain's events to parts that say where they belong.

`RunnableSequence`, `RunnableAssign`, `RunnablePassthrough` and `RunnableWithFallbacks` under their own names, and what
LangGraph tags as hidden, are plumbing: they are no nodes, and what runs inside them is shown as if it ran around them.
A name of your own (`with_config(run_name=…)`) makes any of them a node.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RUNNABLE = "runnable"
"""The `type` of the parts."""

_PLUMBING = ("RunnableSequence", "RunnableAssign", "RunnablePassthrough", "RunnableWithFallbacks")
_HIDDEN = "langsmith:hidden"
_BRANCH = "map:key:"


@dataclass(frozen=True)
class RunPlace:
    """What is known of one run of a runnable; `ns` is where it runs, `inside` is where its children do."""

    kind: str
    name: str
    node: str | None
    ns: tuple[str, ...]
    inside: tuple[str, ...]
    tags: Sequence[str]
    metadata: Mapping[str, Any]
    line: tuple[str, ...]
    """The runs that it is part of, outermost first."""
    tool_call_id: str

    @property
    def outermost(self) -> bool:
        """Whether it is part of nothing else."""
        return not self.line


class RunTree:
    """Takes LangChain's events in order. Only starts need tell of name, tags, metadata and parents.

    `one_root`: all belongs to the run that begins first. LangChain calls what has fallbacks as if nothing were around.
    """

    def __init__(self, *, one_root: bool = False) -> None:
        self._known: dict[str, RunPlace] = {}
        self._one_root = one_root

    def place(self, run_id: str) -> RunPlace | None:
        """What is known of a run; None when its start was not seen."""
        return self._known.get(run_id)

    def part(self, event: Mapping[str, Any]) -> dict[str, Any] | None:
        """The part that `event` is; None when the start of its run was not seen."""
        name, run_id = event["event"], event["run_id"]
        if name.endswith("_start"):
            self._known[run_id] = self._introduce(event)
        place = self._known.get(run_id)
        if place is None:
            return None
        said = {
            "event": name,
            "run_id": run_id,
            # A custom event has a name of its own.
            "name": event["name"] if name == "on_custom_event" else place.name,
            "tags": place.tags,
            "metadata": place.metadata,
            "data": event["data"],
            "node": place.node,
            "outermost": place.outermost,
            "line": place.line,
            "within": self._within(run_id) if name.endswith("_error") else (),
            "tool_call_id": place.tool_call_id,
        }
        return {"type": RUNNABLE, "ns": place.ns, "data": said}

    def _within(self, run_id: str) -> frozenset[str]:
        """The run and all that ran within it."""
        return frozenset(key for key, place in self._known.items() if key == run_id or run_id in place.line)

    def _introduce(self, event: Mapping[str, Any]) -> RunPlace:
        name, run_id, tags = event["name"], event["run_id"], event["tags"]
        parents = event["parent_ids"] or (list(self._known)[:1] if self._one_root else [])
        parent = self._known.get(parents[-1]) if parents else None
        branches = [tag.removeprefix(_BRANCH) for tag in tags if tag.startswith(_BRANCH)]
        ns = (*(parent.inside if parent else ()), *branches)
        node = None if _is_plumbing(name, tags) else name
        return RunPlace(
            kind=event["event"].removeprefix("on_").removesuffix("_start"),
            name=name,
            node=node,
            ns=ns,
            inside=(*ns, f"{name}:{run_id}") if node else ns,
            tags=tags,
            metadata=event["metadata"],
            line=(*parent.line, parents[-1]) if parent else (),
            tool_call_id=event["data"].get("tool_call_id") or run_id,
        )


def _is_plumbing(name: str, tags: Sequence[str]) -> bool:
    return name.partition("<")[0] in _PLUMBING or _HIDDEN in tags
