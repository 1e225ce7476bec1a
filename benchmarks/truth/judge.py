"""The laws, one by one, on what was seen of one run. The same functions judge every peer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks.truth.cases import Case
from benchmarks.truth.peers.base import WHOLE, text_of
from benchmarks.truth.seen import Seen

Verdict = Literal["held", "broken", "not checkable"]

LAWS = {
    "1": "End: one end, the last thing; a failed run does not end like a whole one",
    "2": "Pairs: what was started is finished",
    "2f": "Pairs, when the run fails",
    "3": "Stream equals checkpoint, message by message",
    "4": "Once: nothing is on the screen twice (copies, attempts)",
    "5": "Only the answer: other words cannot pass for it",
    "6": "Complete means complete: a cut answer is told from a whole one",
    "7": "Merging changes nothing",
    "8": "Masked is masked",
    "9a": "Stop means stop: the graph stops, also for a reader that vanishes",
    "9b": "Stop means stop: the partial answer is kept, and no call is left unanswered",
    "10": "Replay equals live, from any position",
    "11": "The graph never waits for a reader",
}


@dataclass(frozen=True)
class Finding:
    """One law on one run."""

    verdict: Verdict
    where: str = ""


HELD = Finding("held")
UNKNOWN = Finding("not checkable")


def judge(case: Case, seen: Seen) -> dict[str, Finding]:
    """All laws on one run."""
    found = {law: of(case, seen) for law, of in _LAWS.items()}
    for law, where in seen.odd:
        found[law] = Finding("broken", where)
    return found


def guessed(case: Case, seen: Seen) -> list[str]:
    """What tools answered to arguments that never came whole: no stream's doing, and yet to be known."""
    if case.name not in ("arguments cut off", "mixed arguments"):
        return []
    return [
        str(_of(one, "content"))
        for one in seen.stored
        if _of(one, "type") == "tool" and _of(one, "status") == "success"
    ]


def _broken(where: str) -> Finding:
    return Finding("broken", where) if where else HELD


def _of(message: Any, name: str) -> Any:
    return message.get(name) if isinstance(message, Mapping) else getattr(message, name, None)


def _answers(seen: Seen) -> list[Any]:
    return [one for one in seen.stored if _of(one, "type") == "ai"]


def _told(seen: Seen) -> bool:
    """Whether the reader was told of a failure."""
    return seen.outcome == "raised" or "failed" in seen.ends


def _end(case: Case, seen: Seen) -> Finding:
    if seen.numbers and seen.numbers != list(range(seen.numbers[0], seen.numbers[0] + len(seen.numbers))):
        return _broken("the numbers of the parts have holes")
    if len(seen.ends) > 1:
        return _broken(f"{len(seen.ends)} ends")
    if seen.outcome == "given up":
        if case.how == "read" and case.name not in ("stall", "silence"):
            return _broken("the stream never ended")
        return HELD if seen.ends else UNKNOWN
    if case.whole and _told(seen):
        return _broken(f"a whole answer ended as a failure: {(seen.error or str(seen.ends))[:100]}")
    if seen.pending and not _told(seen):
        return _broken("the graph failed, and the stream ended as if it had not")
    if _told(seen) and not seen.pending:
        return _broken(f"the graph did not fail, and its reader was told so ({seen.error or seen.ends})")
    return HELD


def _pairs(case: Case, seen: Seen) -> Finding:
    return UNKNOWN if _told(seen) else _open(seen)


def _pairs_in_failure(case: Case, seen: Seen) -> Finding:
    return _open(seen) if _told(seen) else UNKNOWN


def _open(seen: Seen) -> Finding:
    if not seen.pairs or (seen.outcome == "given up" and not seen.ends):
        return UNKNOWN
    return _broken(f"a {min(seen.running).partition(' ')[0]} was started and never finished" if seen.running else "")


def _checkpoint(case: Case, seen: Seen) -> Finding:
    stored = {str(_of(one, "id")): text_of(_of(one, "content")) for one in _answers(seen)}
    shown = {said.key: said.text for said in seen.messages.values() if said.key in stored and not said.withdrawn}
    if not shown or case.how == "leave":
        return UNKNOWN
    wrong = [(text, stored[key]) for key, text in shown.items() if text != stored[key]]
    return _broken(f"shown {wrong[0][0][:50]!r}, stored {wrong[0][1][:50]!r}" if wrong else "")


def _once(case: Case, seen: Seen) -> Finding:
    return HELD if seen.words else UNKNOWN


def _only_answer(case: Case, seen: Seen) -> Finding:
    if not case.answer_nodes:
        return UNKNOWN
    answers = {text_of(_of(one, "content")) for one in _answers(seen)}
    for said in seen.messages.values():
        if said.text and said.text not in answers and said.answer is not False:
            return _broken(f"{said.text[:40]!r} is shown as the answer is")
    return HELD


def _complete(case: Case, seen: Seen) -> Finding:
    answers = _answers(seen)
    if seen.pending or seen.outcome == "given up" or case.graph != "agent" or not answers:
        return UNKNOWN
    if (_of(answers[-1], "response_metadata") or {}).get("finish_reason") in WHOLE:
        return UNKNOWN
    last = list(seen.messages.values())[-1] if seen.messages else None
    if "done" in seen.ends or (last and last.complete):
        return _broken("a cut answer is told as a whole one")
    claims = seen.ends or (last and last.complete is not None)
    return HELD if claims else _broken("a cut answer ends as a whole one does")


def _merging(case: Case, seen: Seen) -> Finding:
    return UNKNOWN if seen.merged is None else _broken("" if seen.merged else "an arrival is hidden")


def _masked(case: Case, seen: Seen) -> Finding:
    if not case.secret:
        return UNKNOWN
    return _broken("a key is shown" if any(case.secret in said.text for said in seen.messages.values()) else "")


def _stops(case: Case, seen: Seen) -> Finding:
    if seen.still_open is None:
        return UNKNOWN
    return _broken("the graph went on" if seen.still_open else "")


def _kept(case: Case, seen: Seen) -> Finding:
    if seen.still_open is None:
        return UNKNOWN
    answered = {_of(one, "tool_call_id") for one in seen.stored}
    calls = [call for one in _answers(seen) for call in _of(one, "tool_calls") or ()]
    if any(call["id"] not in answered for call in calls):
        return _broken("a tool call in the thread has no answer")
    shown = [said.text for said in seen.messages.values() if said.text]
    if not shown:
        return HELD if calls else UNKNOWN
    kept = [one for one in _answers(seen) if text_of(_of(one, "content"))]
    if not kept:
        return _broken("nothing of what was shown is in the thread")
    return _broken("the partial answer is not marked" if _whole(kept[-1]) else "")


def _whole(message: Any) -> bool:
    metadata = _of(message, "response_metadata") or {}
    return metadata.get("complete") is not False


def _replays(case: Case, seen: Seen) -> Finding:
    if case.how != "again":
        return UNKNOWN
    return _broken("there is no second reading" if seen.replayed is None else seen.replayed)


def _waits(case: Case, seen: Seen) -> Finding:
    if seen.waited is None:
        return UNKNOWN
    return _broken("the next step began only when the reader woke" if seen.waited else "")


_LAWS: dict[str, Callable[[Case, Seen], Finding]] = dict(
    zip(
        LAWS,
        (
            _end,
            _pairs,
            _pairs_in_failure,
            _checkpoint,
            _once,
            _only_answer,
            _complete,
            _merging,
            _masked,
            _stops,
            _kept,
            _replays,
            _waits,
        ),
        strict=True,
    )
)
