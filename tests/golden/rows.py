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
    rows.NodeRow: "step",
    rows.ProgressRow: "work",
    rows.ToolCallRow: "call",
    rows.SideTextRow: "aside",
    rows.AnswerRow: "speech",
    rows.SupersededRow: "withdrawn",
    rows.NoticeRow: "remark",
    rows.InterruptRow: "question",
}


def told(row: rows.Row) -> dict[str, Any]:
    """What a row says beside its kind and its depth."""
    match row:
        case rows.NodeRow():
            error = row.error.message if row.error else None
            return {
                "node": row.node,
                "ended": row.ended,
                "stopped": row.stopped,
                "error": error,
                "doubted": row.doubted,
            }
        case rows.ProgressRow():
            return {"label": row.progress.label, "ended": row.ended, "stopped": row.stopped}
        case rows.ToolCallRow():
            return {"name": row.name, "state": row.state, "args": row.args, "summary": row.summary}
        case rows.SideTextRow():
            return {"about": row.kind, "text": row.tail, "ended": row.ended}
        case rows.AnswerRow():
            message = row.message
            said = {"message": message.message_id, "model": message.model, "attempt": message.attempt}
            return said | {"text": row.text, "calls": row.calls, "ended": row.final}
        case rows.SupersededRow():
            return {"reason": row.reason}
        case rows.NoticeRow():
            return {"about": row.notice.kind, "text": row.notice.text}
        case rows.InterruptRow():
            return {"id": row.interrupt.interrupt_id, "request": row.interrupt.request}
        case _:
            raise AssertionError(f"a row of no known kind: {row}")
