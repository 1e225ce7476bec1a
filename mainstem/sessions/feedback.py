"""What is said of a run: checked, masked, kept beside it, and told to who traces."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING

from ..models.guard.configured import amasked
from ..settings import Settings
from ..stores.journal import Feedback, Journal
from ..stream.errors import UnknownRun, WrongFeedback
from ..stream.events import RunStarted, decode
from ..stream.trace_context import span_id_of, trace_id_of
from ..text import one_line, printable

if TYPE_CHECKING:
    from ..stream.telemetry.run import TelemetryOptions

MAX_NAME = 100
"""Characters of a name, a label or an annotator."""

MAX_EXPLANATION = 4000
"""Characters of an explanation."""


def checked(feedback: Feedback) -> Feedback:
    """`feedback`, with its time and without control characters.

    Raises `WrongFeedback`, which says what is missing or too long.
    """
    if not one_line(feedback.name):
        raise WrongFeedback("Feedback needs a name.", hint="Name what is judged: thumbs, helpful, correct.")
    if feedback.score is None and not feedback.label and not printable(feedback.explanation).strip():
        raise WrongFeedback("Feedback needs a score, a label or an explanation.", hint="Give one of them.")
    if feedback.score is not None and not isfinite(feedback.score):
        raise WrongFeedback(f"{feedback.score} is no score.", hint="Give a finite number, such as 1 or 0.")
    for word in (feedback.name, feedback.label or "", feedback.annotator):
        if len(word) > MAX_NAME:
            raise WrongFeedback(f"{word[:20]!r}… is longer than {MAX_NAME} characters.", hint="Use a shorter word.")
    if len(feedback.explanation) > MAX_EXPLANATION:
        raise WrongFeedback(f"An explanation has at most {MAX_EXPLANATION} characters.", hint="Say it shorter.")
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    label = None if feedback.label is None else one_line(feedback.label)
    words = {"name": one_line(feedback.name), "label": label, "annotator": one_line(feedback.annotator)}
    return replace(feedback, **words, explanation=printable(feedback.explanation), at=now)


async def kept(journal: Journal, settings: Settings, said: Feedback) -> Feedback:
    """Keep what was said of a run, masked as the settings say; returns it so. Raises `UnknownRun`, `JournalError`."""
    await journal.flush()  # the run may have begun a moment ago
    record = await journal.find(said.run_id)
    if record.run_id != said.run_id:
        raise UnknownRun(f"There is no run {said.run_id!r}.", hint="`mainstem runs` lists them.")
    words = {"name": said.name, "label": said.label, "explanation": said.explanation}
    masked = replace(said, **await amasked(words, settings))
    await journal.add_feedback(masked)
    return masked


async def tell(options: "TelemetryOptions", journal: Journal, said: Feedback) -> None:
    """Send what was said as an evaluation of the run's span."""
    from ..stream.telemetry import names
    from ..stream.telemetry.labels import ROOT
    from ..stream.telemetry.outlet import outlet
    from ..stream.telemetry.records import Evaluation, Value

    first = [decode(data) for _, data in await journal.read(said.run_id, 1, 1)]
    trace_id = first[0].trace_id if first and isinstance(first[0], RunStarted) else None
    told: dict[str, Value | None] = {
        names.EVALUATION_NAME: said.name,
        names.EVALUATION_SCORE: said.score,
        names.EVALUATION_LABEL: said.label,
        names.EVALUATION_EXPLANATION: said.explanation if options.content and said.explanation else None,
        names.ANNOTATOR: said.annotator or None,
        names.RUN: said.run_id,
    }
    attributes = {name: value for name, value in told.items() if value is not None}
    span_id = span_id_of(said.run_id, ROOT)
    outlet(options.kinds).add([Evaluation(trace_id or trace_id_of(said.run_id), span_id, time.time(), attributes)])
