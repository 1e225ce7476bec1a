"""The branches of a thread: at which questions it branches, and where each branch ends.

Every turn begins with a checkpoint of its input, and its other checkpoints stand behind that one until the next turn
begins, on whichever branch: one run at a time has a thread. So the inputs tell the whole tree, with what may go on with
an earlier branch: the checkpoints of runs that do, which are marked, and those of updates.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from ...stream.repair import messages_of
from ...stream.sources import LocalGraph, Source
from ...stream.translate.message_fields import field, text_of
from ...text import one_line

MOST_TURNS = 1000
"""Turns that are looked through, the latest first."""

QUESTION_CHARS = 200

RESUMED = {"mainstem_branch": "resumed"}
"""Metadata of the checkpoints of a run that goes on with what waited on an earlier branch."""


@dataclass(frozen=True)
class Branch:
    """One of the questions that were asked at the same place of a thread, and what came of it."""

    message_id: str
    """The message that asks."""
    question: str
    """What it asks, in one line."""
    checkpoint_id: str
    """Where the branch ends; of branches below it, where the latest one does. `state` and `ask` take it."""
    latest: bool
    """Whether it is where the thread goes on from by itself."""


@dataclass(frozen=True)
class _Turn:
    checkpoint_id: str
    after: str
    """The checkpoint that its input was given at; empty: none."""
    message_id: str
    """The message that asks; empty where it tells no id, or nothing is asked."""
    question: str
    is_input: bool = True
    """Whether a question begins here; else the turn before `after` goes on."""


async def branches(source: Source, thread: str) -> list[list[Branch]]:
    """Where the thread branches: for each place the questions that were asked there, oldest first.

    None are told of a graph that keeps its threads elsewhere.
    """
    if not isinstance(source, LocalGraph) or not source.keeps_threads:
        return []
    saver, config = _saver_of(source), _config_of(thread)
    tree = _Tree(await _turns(saver, config))

    async def branch(turn: _Turn) -> Branch:
        later = tree.after(turn)
        before = {"configurable": {**config["configurable"], "checkpoint_id": later}} if later else None
        ends = [_id(found.config) async for found in saver.alist(config, before=before, limit=1)]
        return Branch(turn.message_id, turn.question, ends[0], latest=later is None)

    return [[await branch(turn) for turn in sisters] for sisters in tree.sisters()]


async def said_elsewhere(source: Source, thread: str) -> str:
    """What stands on other branches than the latest, and each question of the thread, folded or not."""
    if not isinstance(source, LocalGraph) or not source.keeps_threads:
        return ""
    asked = [turn.question for turn in await _turns(_saver_of(source), _config_of(thread))]
    if len(asked) < 2:
        return ""
    ends = [each.checkpoint_id for sisters in await branches(source, thread) for each in sisters if not each.latest]
    config = _config_of(thread)["configurable"]
    states = [await source.state({"configurable": {**config, "checkpoint_id": end}}) for end in ends]
    said = [text_of(message) for state in states for message in messages_of(state.values)[1]]
    return "\n".join([*asked, *said])


def _saver_of(source: LocalGraph) -> Any:
    return cast("Any", source.graph).checkpointer


def _config_of(thread: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}


async def _turns(saver: Any, config: dict[str, Any]) -> list[_Turn]:
    """The turns of a thread, on all branches, oldest first."""
    turns = [_turn(found) async for found in saver.alist(config, filter={"source": "input"}, limit=MOST_TURNS)]
    if len(turns) > 1:
        for on_any_branch in (RESUMED, {"source": "update"}):
            turns += [_going_on(found) async for found in saver.alist(config, filter=on_any_branch, limit=MOST_TURNS)]
    return sorted(turns, key=lambda turn: turn.checkpoint_id)


def _turn(found: Any) -> _Turn:
    given: Any = found.checkpoint["channel_values"].get("__start__")
    messages = messages_of(given)[1]
    message: Any = messages[-1] if messages else None
    identity = str(field(message, "id") or "")
    question = one_line(text_of(message))[:QUESTION_CHARS] if identity else ""
    return _Turn(_id(found.config), _id(found.parent_config), identity, question)


def _going_on(found: Any) -> _Turn:
    return _Turn(_id(found.config), _id(found.parent_config), "", "", is_input=False)


def _id(config: Any) -> str:
    return str(config["configurable"]["checkpoint_id"]) if config else ""


class _Tree:
    """Turns, oldest first, and which of them goes on from which."""

    def __init__(self, turns: Sequence[_Turn]) -> None:
        self._turns = turns
        self._ids = [turn.checkpoint_id for turn in turns]
        self._places: list[str] = []
        for turn in turns:
            self._places.append(self._place(turn))

    def sisters(self) -> list[list[_Turn]]:
        """Those that were asked at one place, where they are several."""
        groups: dict[str, list[_Turn]] = defaultdict(list)
        for turn, place in zip(self._turns, self._places, strict=True):
            if turn.message_id:
                groups[place].append(turn)
        return [group for group in groups.values() if len(group) > 1]

    def after(self, turn: _Turn) -> str | None:
        """The turn that was asked after the latest one that goes on from `turn`; None: none was."""
        below = {self._turns.index(turn)}
        for number, place in enumerate(self._places):
            if bisect_right(self._ids, place) - 1 in below:
                below.add(number)
        later = max(below) + 1
        return self._ids[later] if later < len(self._ids) else None

    def _place(self, turn: _Turn) -> str:
        """The checkpoint that a turn goes on from: another first question is given at the input of the first one."""
        number = bisect_left(self._ids, turn.after)
        is_input = number < len(self._places) and self._ids[number] == turn.after and self._turns[number].is_input
        return self._places[number] if is_input and turn.is_input else turn.after
