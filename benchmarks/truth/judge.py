"""The laws, one by one, on what was seen of one run. The same functions judge every peer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks.truth.cases import Case
from benchmarks.truth.peers.base import WHOLE, reasoning_of, text_of
from benchmarks.truth.seen import Seen
from mainstem.models.stemming import word_pieces

Verdict = Literal["held", "broken", "not told", "not checkable"]

LAWS = {
    "1": "End: one end, the last thing; a failed run does not end like a whole one",
    "1e": "The end of a failed run says what the provider said",
    "1s": "A step limit is told from other failures",
    "2": "Pairs: what was started is finished",
    "2f": "Pairs, when the run fails",
    "3": "Stream equals checkpoint, message by message",
    "3c": "Tool calls: the arguments are the model's, whole",
    "3r": "Reasoning is shown, all of it",
    "3u": "Usage: the tokens are those that the provider counted",
    "4": "Once: nothing is on the screen twice (copies, attempts)",
    "5": "Only the answer: other words can be told from it",
    "5n": "Each message names the node that said it",
    "6": "Complete means complete: a cut answer is told from a whole one",
    "7": "Merging changes nothing: no arrival is hidden",
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


_DOUBTFUL = ("arguments cut off", "mixed arguments")
HELD = Finding("held")
UNKNOWN = Finding("not checkable")


def _silent(where: str) -> Finding:
    """The run would have shown it, and the peer tells nothing of it: no better than a break."""
    return Finding("not told", where)


def judge(case: Case, seen: Seen) -> dict[str, Finding]:
    """All laws on one run."""
    found = {law: of(case, seen) for law, of in _LAWS.items()}
    for law, where in seen.odd:
        found[law] = Finding("broken", where)
    return found


def guessed(case: Case, seen: Seen) -> list[str]:
    """What tools answered to arguments that never came whole: no stream's doing, and yet to be known."""
    if case.name not in _DOUBTFUL:
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
    """Whether the reader was told that the run did not come to its own end."""
    return seen.outcome == "raised" or bool({"failed", "halted"} & set(seen.ends))


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
    if _told(seen) and not seen.pending and "halted" not in seen.ends:  # its thread was put in order
        return _broken(f"the graph did not fail, and its reader was told so ({seen.error or seen.ends})")
    return HELD


def _pairs(case: Case, seen: Seen) -> Finding:
    return UNKNOWN if _told(seen) else _open(seen)


def _pairs_in_failure(case: Case, seen: Seen) -> Finding:
    return _open(seen) if _told(seen) else UNKNOWN


def _open(seen: Seen) -> Finding:
    if seen.outcome == "given up" and not seen.ends:
        return UNKNOWN
    if seen.outcome == "raised":
        return HELD  # an exception ends what was open, whoever raises it
    if not seen.pairs:
        return _silent("no starts are told")
    return _broken(f"a {min(seen.running).partition(' ')[0]} was started and never finished" if seen.running else "")


def _error(case: Case, seen: Seen) -> Finding:
    if not case.error or not _told(seen):
        return UNKNOWN
    return _broken("" if case.error in seen.error else f"{case.error!r} became {seen.error[:60]!r}")


def _limit(case: Case, seen: Seen) -> Finding:
    if case.limit is None:
        return UNKNOWN
    said = f"{' '.join(seen.ends)} {seen.error}".lower()
    return _broken("" if "recursion" in said or "steps" in said else "the limit ends the run like any failure")


def _whole_run(case: Case, seen: Seen) -> bool:
    """Whether the whole run was read, and the checkpoint is the truth about it."""
    return case.graph in ("agent", "thinking") and not (seen.pending or _told(seen) or seen.outcome == "given up")


def _calls(case: Case, seen: Seen) -> Finding:
    made = {call["id"]: call for one in _answers(seen) for call in _of(one, "tool_calls") or ()}
    if not made or not _whole_run(case, seen) or case.name in _DOUBTFUL:
        return UNKNOWN
    if not seen.calls:
        return _silent("no calls are told")
    for key, call in made.items():
        told = seen.calls.get(key)
        given = [] if told is None else [*told.told, *([_json(told.written)] if told.written else [])]
        if not given or any(one != call["args"] for one in given) or (told and told.name != call["name"]):
            return _broken(
                f"the call of {call['name']} is told with {_short(given)}, and was made with {_short(call['args'])}"
            )
    return HELD


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) < 60 else f"{text[:60]} …"


def _reasoning(case: Case, seen: Seen) -> Finding:
    stored = "".join(reasoning_of(one) for one in _answers(seen))
    if not stored or not _whole_run(case, seen):
        return UNKNOWN
    if not seen.reasoning:
        return _silent("no reasoning is shown")
    return _broken("" if seen.reasoning == stored else f"shown {seen.reasoning[:50]!r}, stored {stored[:50]!r}")


def _usage(case: Case, seen: Seen) -> Finding:
    counted = [_of(one, "usage_metadata") or {} for one in _answers(seen)]
    stored = tuple(sum(int(one.get(key) or 0) for one in counted) for key in ("input_tokens", "output_tokens"))
    if not _whole_run(case, seen) or not any(stored) or stored != case.usage:
        return UNKNOWN  # where the checkpoint itself has other numbers, it is the model client that miscounts
    if not seen.usage:
        return _silent("no usage is told")
    told = seen.usage["in"], seen.usage["out"]
    return _broken("" if told == stored else f"{told[0]} and {told[1]} tokens are told, of {stored[0]} and {stored[1]}")


def _node(case: Case, seen: Seen) -> Finding:
    known = [(said, case.node_of(said.text)) for said in seen.messages.values() if said.text and said.key != "left"]
    judged = [(said, node) for said, node in known if node is not None]
    named = {said.text for said, _ in judged if said.node is not None}
    if not judged:
        return UNKNOWN
    if any(said.text not in named for said, _ in judged):  # a message that is told again may name none
        return _silent("no node is named")
    wrong = [(said, node) for said, node in judged if said.node not in (None, node)]
    return _broken(f"words of {wrong[0][1]} are told as those of {wrong[0][0].node}" if wrong else "")


def _checkpoint(case: Case, seen: Seen) -> Finding:
    stored = {str(_of(one, "id")): text_of(_of(one, "content")) for one in _answers(seen)}
    texts = [said.text for said in seen.messages.values() if said.text]
    # Of OpenAI's Responses, LangChain gives the first, empty chunk another id than those with the words.
    empty = {said.key for said in seen.messages.values() if not said.text}
    begun = {key for key, text in stored.items() if key in empty and text in texts}
    shown = {said.key: said.text for said in seen.messages.values() if said.key in stored and not said.withdrawn}
    shown = {key: text for key, text in shown.items() if key not in begun}
    if not shown or case.how == "leave":
        return UNKNOWN
    wrong = [(text, stored[key]) for key, text in shown.items() if text != stored[key]]
    return _broken(f"shown {wrong[0][0][:50]!r}, stored {wrong[0][1][:50]!r}" if wrong else "")


def _once(case: Case, seen: Seen) -> Finding:
    return HELD if seen.words else UNKNOWN


def _only_answer(case: Case, seen: Seen) -> Finding:
    """By a word of its own, or by the node: a reader must be able to choose."""
    if not case.answer_nodes or not seen.words:
        return UNKNOWN
    answers = {text_of(_of(one, "content")) for one in _answers(seen)}
    for said in seen.messages.values():
        chosen = said.answer if said.answer is not None or said.node is None else said.node in case.answer_nodes
        if said.text and chosen is None:
            return _silent("neither the answer nor its node is named")
        if said.text and said.text not in answers and chosen is not False:
            return _broken(f"{said.text[:40]!r} is shown as the answer is")
        if said.text in answers and chosen is False:
            return _broken(f"{said.text[:40]!r} is the answer, and not shown as such")
    return HELD


def _complete(case: Case, seen: Seen) -> Finding:
    answers = _answers(seen)
    if seen.pending or seen.outcome == "given up" or case.graph != "agent" or not answers:
        return UNKNOWN
    if _finish_reason(answers[-1]) in WHOLE:
        return UNKNOWN
    last = list(seen.messages.values())[-1] if seen.messages else None
    if last is not None and last.complete:
        return _broken("a cut answer is told as a whole one")
    told = "truncated" in seen.ends or (last is not None and last.complete is False)
    return HELD if told else _silent("a cut answer ends as a whole one does")


def _finish_reason(message: Any) -> Any:
    return (_of(message, "response_metadata") or {}).get("finish_reason")


def _merging(case: Case, seen: Seen) -> Finding:
    if case.name not in ("plain", "read again", "a reader that sleeps") or seen.outcome == "given up":
        return UNKNOWN
    for said in seen.messages.values():
        sent = len(word_pieces(said.text))
        if said.text and said.arrivals != sent:
            return _broken(f"{said.arrivals} arrivals are told, of {sent}")
    return HELD if seen.words else UNKNOWN


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
    """Whether the thread shows it like an answer that came to its own end: by the reason, or by a mark."""
    marked = (_of(message, "response_metadata") or {}).get("complete")
    return marked is not False and _finish_reason(message) in WHOLE


def _replays(case: Case, seen: Seen) -> Finding:
    if case.how != "again":
        return UNKNOWN
    return _silent("there is no second reading") if seen.replayed is None else _broken(seen.replayed)


def _waits(case: Case, seen: Seen) -> Finding:
    if seen.waited is None:
        return UNKNOWN
    return _broken("the next step began only when the reader woke" if seen.waited else "")


_LAWS: dict[str, Callable[[Case, Seen], Finding]] = {
    "1": _end,
    "1e": _error,
    "1s": _limit,
    "2": _pairs,
    "2f": _pairs_in_failure,
    "3": _checkpoint,
    "3c": _calls,
    "3r": _reasoning,
    "3u": _usage,
    "4": _once,
    "5": _only_answer,
    "5n": _node,
    "6": _complete,
    "7": _merging,
    "8": _masked,
    "9a": _stops,
    "9b": _kept,
    "10": _replays,
    "11": _waits,
}
