"""The laws of what was said: the checkpoint, copies, the answer, and completeness (3 to 6)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..answer import is_candidate, may_answer
from ..finish_reasons import is_whole
from ..transcript import TranscriptMessage
from ..translate.message_fields import finish_reason_of, text_of, tool_calls_of
from .record import Record, Undecidable, cut_short, is_returned, metadata_of, outermost_node, stored_since


def checkpoint(record: Record) -> str:
    """Law 3: what stands on the screen is what stands in the thread, message by message, and both ways."""
    if record.messages is None:
        raise Undecidable("give messages=")
    stored, pairs = record.stored, _paired(record)
    common = [shown for key, shown in record.shown.items() if key in stored]
    for shown in common:
        if where := _differs(record, shown, stored[shown.message_id]):
            return where
    missing = next(_missing(record, pairs), "") or (next(_unseen(record, pairs), "") if record.tells_all else "")
    if not missing and not common and not pairs:
        raise Undecidable("no shown message is in the checkpoint")
    return missing


def _paired(record: Record) -> dict[str, str]:
    """Stored messages that repeat what was shown, to the word and the call, under an id that the node gave them."""
    shown, pairs = record.shown, dict[str, str]()
    loose = [one for key, one in shown.items() if key not in record.stored and not one.superseded]
    for key, one in record.stored.items():
        same = [each for each in loose if _is_rebuilt(each, one)] if key not in shown else []
        if same:
            loose.remove(same[0])
            pairs[key] = same[0].message_id
    return pairs


def _is_rebuilt(shown: TranscriptMessage, stored: Any) -> bool:
    calls = [call["id"] for call in tool_calls_of(stored)]
    if not shown.text.strip() and not calls:
        return False
    return shown.text.split() == text_of(stored).split() and shown.calls == calls


def _differs(record: Record, shown: TranscriptMessage, stored: Any) -> str:
    key, text = shown.message_id, text_of(stored)
    if shown.superseded:
        return f"message {key} was superseded, and is stored as {cut_short(text)}" if text else ""
    if shown.text != text:
        return f"message {key} was shown as {cut_short(shown.text)}, stored as {cut_short(text)}"
    return _astray(record, shown) if text else ""


def _astray(record: Record, shown: TranscriptMessage) -> str:
    """A node that was cut off returned nothing: what it said is stored only where it would have stored it itself."""
    node, task = outermost_node(shown)
    if record.wrote(task) is not None or record.status not in ("stopped", "halted"):
        return ""
    theirs = shown.inside_tool or not may_answer(shown) or record.writes_messages(node) is False
    return (
        f"message {shown.message_id} is stored, and is no message of the thread ({node} writes none)" if theirs else ""
    )


def _missing(record: Record, pairs: Mapping[str, str]) -> Iterator[str]:
    """Message, and never stored, by a node that does write the thread's messages."""
    stored = record.stored
    calls = {call["id"] for one in stored.values() for call in tool_calls_of(one)}
    for key, shown in record.shown.items():
        told = key in stored or key in pairs.values() or shown.superseded
        if told or not may_answer(shown) or shown.started.ns:
            continue
        if record.messages_key not in (record.wrote(shown.started.task_id) or ()):
            continue
        # Older turns may leave the thread in a summary; a turn whose calls are there under another id did not.
        if shown.text.strip() and (not shown.calls or calls & set(shown.calls)):
            yield f"message {key} was shown as {cut_short(shown.text)} and never stored"


def _unseen(record: Record, pairs: Mapping[str, str]) -> Iterator[str]:
    """Stored by this run, and never shown."""
    shown = record.shown
    for key, one in stored_since(record).items():
        if text_of(one).strip() and key not in shown and key not in pairs:
            yield f"message {key} was stored as {cut_short(text_of(one))} and never shown"


def once(record: Record) -> str:
    """Law 4: no message is shown again, and neither a copy that a node returned nor a replaced attempt stands.

    Copies are told by where they come from. A model that says the same twice has said it twice.
    """
    if not any(form.text.strip() or form.calls for form in record.versions):
        raise Undecidable("no words were shown")
    by_task: dict[str | None, list[TranscriptMessage]] = {}
    for form in _last(record.versions):
        before = by_task.setdefault(form.started.task_id, [])
        if where := next((said for older in before if (said := _repeats(form, older))), ""):
            return where
        before.append(form)
    return _again(record.versions)


def _last(forms: Iterable[TranscriptMessage]) -> list[TranscriptMessage]:
    return [form for form in forms if not form.superseded and (form.text.strip() or form.calls)]


def _repeats(form: TranscriptMessage, older: TranscriptMessage) -> str:
    key, other = form.message_id, older.message_id
    if key == other:
        return f"message {key} is shown again"
    if is_returned(form) != is_returned(older) and _same(form, older):
        return f"message {key} repeats {other}"
    if is_returned(form) or is_returned(older):
        return ""
    cut = older.finished is not None and older.finished.finish_reason is None
    begins = bool(older.text.strip()) and form.text.startswith(older.text)
    if form.started.attempt > older.started.attempt or (cut and begins):
        return f"message {key} replaces {other}, which was not superseded"
    return ""


def _same(form: TranscriptMessage, older: TranscriptMessage) -> bool:
    return form.text.split() == older.text.split() and form.calls == older.calls


def _again(forms: Iterable[TranscriptMessage]) -> str:
    """A message of one id that several tasks show."""
    standing: set[str] = set()
    for form in _last(forms):
        if form.message_id in standing:
            return f"message {form.message_id} is shown again"
        standing.add(form.message_id)
    return ""


def only_answer(record: Record) -> str:
    """Law 5: the words of other nodes than the answer's cannot pass for it, and the answer's are called so."""
    if record.answer_nodes is None:
        raise Undecidable("give answer_nodes=")
    if not record.versions:
        raise Undecidable("no message was shown")
    for form in record.versions:
        allowed = form.started.node in record.answer_nodes
        if not allowed and may_answer(form):
            return f"message {form.message_id} of node {form.started.node} may pass for the answer"
        if allowed and not may_answer(form):
            return f"message {form.message_id} of node {form.started.node} is the answer, and not called so"
    return ""


def complete(record: Record) -> str:
    """Law 6: `complete` only where the provider said why it stopped; a cut answer does not end as a whole one does."""
    ends = [(form, form.finished) for form in record.versions if form.finished is not None]
    if not ends:
        raise Undecidable("no message was finished")
    for form, said in ends:
        if said.complete and not is_whole(said.finish_reason):
            return f"message {form.message_id} is called complete with finish_reason {said.finish_reason}"
    counted = [form for form in record.versions if is_candidate(form)]
    last = counted[-1].finished if counted else None
    if last is not None and not last.complete and record.status == "done":
        return "the answer is not complete, and the run says done"
    return next(_contradicted(record), "")


def _contradicted(record: Record) -> Iterator[str]:
    """What is called complete on the wire and cut in the checkpoint, or the other way about."""
    stored = record.stored
    for key, shown in record.shown.items():
        if key not in stored or shown.finished is None or shown.superseded or is_returned(shown):
            continue
        reason, marked = finish_reason_of(stored[key]), metadata_of(stored[key]).get("complete")
        if shown.finished.complete and (marked is False or (reason is not None and not is_whole(reason))):
            yield f"message {key} is called complete, and is stored as cut"
        if not shown.finished.complete and marked is True:
            yield f"message {key} is not complete, and is stored as complete"
