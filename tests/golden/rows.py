"""The rows of a run in a vocabulary that the views and the page have in common."""

from collections.abc import Iterable
from typing import Any

from mainstem import events
from mainstem.views import rows
from mainstem.views.view import View


def seen(run: Iterable[events.Event]) -> dict[str, Any]:
    """What a screen shows of a run."""
    view = View()
    for event in run:
        view.add(event)
    return {
        "rows": [{"kind": KINDS[type(row)], "depth": row.depth, **told(row)} for row in view.rows.values()],
        "answer": view.answer.text if view.answer else None,
        "citations": [[one.message_id, one.marker, one.document] for one in view.citations],
        "first_words_at": view.first_words_at,
        "status": view.finished.status if view.finished else None,
    }


KINDS = {
    rows.Step: "step",
    rows.Work: "work",
    rows.Call: "call",
    rows.Aside: "aside",
    rows.Speech: "speech",
    rows.Withdrawn: "withdrawn",
    rows.Remark: "remark",
    rows.Question: "question",
}


def told(row: rows.Row) -> dict[str, Any]:
    """What a row says beside its kind and its depth."""
    match row:
        case rows.Step():
            error = row.error.message if row.error else None
            return {"node": row.node, "ended": row.ended, "stopped": row.stopped, "error": error}
        case rows.Work():
            return {"label": row.progress.label, "ended": row.ended, "stopped": row.stopped}
        case rows.Call():
            return {"name": row.name, "state": row.state, "args": row.args, "summary": row.summary}
        case rows.Aside():
            return {"about": row.kind, "text": row.tail, "ended": row.ended}
        case rows.Speech():
            message = row.message
            said = {"message": message.message_id, "model": message.model, "attempt": message.attempt}
            return said | {"text": row.text, "calls": row.calls, "ended": row.final}
        case rows.Withdrawn():
            return {"reason": row.reason}
        case rows.Remark():
            return {"about": row.notice.kind, "text": row.notice.text}
        case rows.Question():
            return {"id": row.interrupt.interrupt_id, "request": row.interrupt.request}
        case _:
            raise AssertionError(f"a row of no known kind: {row}")
