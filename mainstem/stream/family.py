"""Which run of a runnable is whose child: from LangChain's events to parts that say where they belong.

`RunnableSequence`, `RunnableAssign` and `RunnablePassthrough` under their own names, and what LangGraph tags as hidden,
are plumbing: they are no nodes, and what runs inside them is shown as if it ran around them. A name of your own
(`with_config(run_name=…)`) makes any of them a node.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RUNNABLE = "runnable"
"""The `type` of the parts."""

_PLUMBING = ("RunnableSequence", "RunnableAssign", "RunnablePassthrough")
_HIDDEN = "langsmith:hidden"
_BRANCH = "map:key:"


@dataclass(frozen=True)
class Kin:
    """What is known of one run of a runnable; `ns` is where it runs, `inside` is where its children do."""

    kind: str
    name: str
    node: str | None
    ns: tuple[str, ...]
    inside: tuple[str, ...]
    tags: Sequence[str]
    metadata: Mapping[str, Any]
    outermost: bool
    tool_call_id: str


class Family:
    """Takes LangChain's events in order. Only starts need tell of name, tags, metadata and parents."""

    def __init__(self) -> None:
        self._known: dict[str, Kin] = {}

    def kin(self, run_id: str) -> Kin | None:
        """What is known of a run; None when its start was not seen."""
        return self._known.get(run_id)

    def part(self, event: Mapping[str, Any]) -> dict[str, Any] | None:
        """The part that `event` is; None when the start of its run was not seen."""
        name, run_id = event["event"], event["run_id"]
        if name.endswith("_start"):
            self._known[run_id] = self._introduce(event)
        kin = self._known.get(run_id)
        if kin is None:
            return None
        said = {
            "event": name,
            "run_id": run_id,
            # A custom event has a name of its own.
            "name": event["name"] if name == "on_custom_event" else kin.name,
            "tags": kin.tags,
            "metadata": kin.metadata,
            "data": event["data"],
            "node": kin.node,
            "outermost": kin.outermost,
            "tool_call_id": kin.tool_call_id,
        }
        return {"type": RUNNABLE, "ns": kin.ns, "data": said}

    def _introduce(self, event: Mapping[str, Any]) -> Kin:
        name, run_id, tags = event["name"], event["run_id"], event["tags"]
        parents = event["parent_ids"]
        parent = self._known.get(parents[-1]) if parents else None
        branches = [tag.removeprefix(_BRANCH) for tag in tags if tag.startswith(_BRANCH)]
        ns = (*(parent.inside if parent else ()), *branches)
        node = None if _is_plumbing(name, tags) else name
        return Kin(
            kind=event["event"].removeprefix("on_").removesuffix("_start"),
            name=name,
            node=node,
            ns=ns,
            inside=(*ns, f"{name}:{run_id}") if node else ns,
            tags=tags,
            metadata=event["metadata"],
            outermost=parent is None,
            tool_call_id=event["data"].get("tool_call_id") or run_id,
        )


def _is_plumbing(name: str, tags: Sequence[str]) -> bool:
    return name.partition("<")[0] in _PLUMBING or _HIDDEN in tags
