"""Which variant a run takes, and which one runs beside it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...variant import Variant


@dataclass(frozen=True)
class Asker:
    """What is known of who asks."""

    thread: str
    """The thread, or what tells the run from others where there is none."""
    tags: Mapping[str, str]
    roles: frozenset[str] = frozenset()


def chosen(variants: Iterable[Variant], asker: Asker, *, shadow: bool = False) -> Variant | None:
    """The first variant that this run takes, or that is its shadow; None: none."""
    return next((each for each in variants if each.shadow is shadow and _takes(each, asker)), None)


def place(variant: str, thread: str) -> float:
    """Where a thread stands among all of them for a variant, from 0 to 1: the same on every machine, for ever."""
    digest = hashlib.sha256(f"{variant}\0{thread}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _takes(variant: Variant, asker: Asker) -> bool:
    return (
        place(variant.name, asker.thread) < variant.share
        or asker.tags.get("user") in variant.users
        or not asker.roles.isdisjoint(variant.roles)
        or any(asker.tags.get(key) == value for key, value in variant.tags.items())
    )
