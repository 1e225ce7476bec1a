"""What a graph's state was seen to hold of its conversation, and what its tasks wrote since."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Ns = tuple[str, ...]


@dataclass(slots=True)
class TaskWrite:
    """What one task wrote, until the state of its graph shows what became of it."""

    node: str
    task_id: str | None
    meta: Mapping[str, Any]
    """The task's metadata, as far as the source tells it."""
    keys: frozenset[str]
    """The state keys that it wrote."""
    messages: list[Any]
    """The model's words among what it wrote, as written: not each has an id yet."""
    cached: bool = False
    """Whether the node did not run: a cache knew what it writes."""


@dataclass(slots=True)
class MessagePosition:
    """Where a message stood in a state."""

    after: str | None
    """Id of the message before it."""
    key: str
    last: bool
    """Whether no words of a model stood behind it."""


@dataclass(slots=True)
class GraphConversation:
    """The messages of one graph's state, as it was shown last."""

    begun: bool = False
    """Whether its state was shown before any of its tasks had ended: what stood then is no news."""
    parts: int = 0
    """How often its state was shown."""
    writes: list[TaskWrite] = field(default_factory=list[TaskWrite])
    """What tasks wrote since."""
    loose: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Messages that the state keeps without an id, by key and words."""
    positions: dict[str, MessagePosition] = field(default_factory=dict[str, MessagePosition])
    """Messages of this run that stood in it."""

    def take_writes(self) -> list[TaskWrite]:
        """What tasks wrote since the state was shown."""
        taken, self.writes = self.writes, []
        return taken


@dataclass(slots=True)
class GraphConversations:
    """The conversations of one run: of its graph, and of each subgraph."""

    by_ns: dict[Ns, GraphConversation] = field(default_factory=dict[Ns, GraphConversation])
    old: set[str] = field(default_factory=set[str])
    """Ids of messages that need not be told: they stood before, or an earlier run told them."""
    copies: dict[str, str] = field(default_factory=dict[str, str])
    """The message that was shown, by the other id under which the state keeps the same words."""
    direct_tools: frozenset[str] = frozenset()
    """Tools that answer in the model's place (`return_direct`)."""
    resumed: bool = False
    """Whether the run goes on from where an earlier one was interrupted."""

    def conversation(self, ns: Ns) -> GraphConversation:
        """That of the graph at `ns`."""
        return self.by_ns.setdefault(ns, GraphConversation())

    def goes_on(self, ns: Ns) -> bool:
        """Whether writes that no task makes now were made by the run that was interrupted."""
        return self.resumed and all(self.conversation(ns[:depth]).parts <= 1 for depth in range(len(ns) + 1))
