"""Versions of channels, told apart as PostgreSQL needs them.

There a value is kept by its channel's version, while our files keep it with the checkpoint. Versions count up in a
thread: two branches of it may both have a fifth version of the same channel, which are not the same value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

Versions = Mapping[str, Any]
Renamed = Mapping[tuple[str, Any], str]


@dataclass
class ChannelVersions:
    """The versions of one thread, in one namespace; `add` takes its checkpoints from the oldest on."""

    _of: dict[str, Versions] = field(default_factory=dict[str, Versions])
    """As the file has them, by checkpoint."""
    _renamed: dict[str, Renamed] = field(default_factory=dict[str, Renamed])
    """Those that an older branch had, by checkpoint: what they are called from there on."""
    _known: set[tuple[str, Any]] = field(default_factory=set[tuple[str, Any]])

    def add(self, checkpoint: dict[str, Any], parent: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """The checkpoint with versions that no other branch has, and those of them that are new with it."""
        mine: Versions = checkpoint["channel_versions"]
        before = self._of.get(parent or "", {})
        new = {channel for channel, version in mine.items() if before.get(channel) != version}
        names = dict(self._renamed.get(parent or "", {}))
        for channel in new & {channel for channel in mine if (channel, mine[channel]) in self._known}:
            names[channel, mine[channel]] = _apart(mine[channel], checkpoint["id"])
        self._of[checkpoint["id"]] = mine
        self._renamed[checkpoint["id"]] = names
        self._known.update((channel, mine[channel]) for channel in new)
        renamed = _named(mine, names)
        seen = {node: _named(versions, names) for node, versions in checkpoint["versions_seen"].items()}
        return {**checkpoint, "channel_versions": renamed, "versions_seen": seen}, {key: renamed[key] for key in new}


def _named(versions: Versions, names: Renamed) -> dict[str, Any]:
    return {channel: names.get((channel, version), version) for channel, version in versions.items()}


def _apart(version: Any, checkpoint_id: str) -> str:
    """Another version that sorts as this one does among those of its branch."""
    digits = int.from_bytes(blake2b(checkpoint_id.encode(), digest_size=6).digest())
    return f"{version}.{digits:016}" if isinstance(version, str) else f"{int(version):032}.{digits:016}"
