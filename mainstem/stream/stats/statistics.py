"""The figures of runs, gathered one run after the other."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from mainstem.variant import SHADOW_OF

from ..events import Event, MessageDelta, MessageReasoning, MessageStarted, NodeFinished, RunFinished
from ..telemetry import names
from ..telemetry.records import Span
from ..telemetry.translate import RunTranslator
from .groups import Answers, ModelFigures, Scores, Spent, Timed
from .quantiles import Quantiles


class Statistics:
    """Gathers figures; `told` gives them as JSON."""

    def __init__(self) -> None:
        self.runs = 0
        self.statuses: Counter[str] = Counter()
        self.seconds = Quantiles()
        self.spent = Spent()
        self.models: defaultdict[str, ModelFigures] = defaultdict(ModelFigures)
        self.tools: defaultdict[str, Timed] = defaultdict(Timed)
        self.nodes: defaultdict[str, Timed] = defaultdict(Timed)
        self.retrieval = Timed()
        self.generation = Timed()
        self.streamed, self.whole = Answers(), Answers()
        self.tags: defaultdict[str, defaultdict[str, Spent]] = defaultdict(lambda: defaultdict(Spent))
        self.days: defaultdict[str, Spent] = defaultdict(Spent)
        self.feedback: defaultdict[str, Scores] = defaultdict(Scores)

    def add_run(self, events: Iterable[Event], *, tags: Mapping[str, str], started_at: str, status: str) -> None:
        """Count a run that is over; of one whose events were pruned, only its end counts."""
        self.runs += 1
        self.statuses[status] += 1
        translator, gaps = RunTranslator(), _Gaps(self.models)
        for event in events:
            gaps.add(event)
            for record in translator.add(event):
                if isinstance(record, Span):
                    self._span(record)
            if isinstance(event, NodeFinished):
                self.nodes[event.node or "?"].add(event.seconds, failed=event.error is not None)
            elif isinstance(event, RunFinished):
                self._end(event, tags, started_at)

    def _end(self, event: RunFinished, tags: Mapping[str, str], started_at: str) -> None:
        self.seconds.add(event.seconds)
        self.spent.add(event.cost)
        self.days[started_at[:10]].add(event.cost)
        for key, value in tags.items():
            if key != SHADOW_OF:  # each stands beside another run
                self.tags[key][value].add(event.cost)

    def _span(self, span: Span) -> None:
        said, seconds = span.attributes, span.end - span.start
        operation = said.get(names.OPERATION)
        if operation == names.CHAT:
            self._turn(said, seconds)
        elif operation == names.EXECUTE_TOOL:
            self.tools[str(said.get(names.TOOL_NAME))].add(seconds, failed=span.error is not None)
        elif operation == names.RETRIEVAL:
            self.retrieval.add(seconds, failed=span.error is not None)

    def _turn(self, said: Mapping[str, Any], seconds: float) -> None:
        model, complete = self.models[str(said.get(names.REQUEST_MODEL) or "?")], bool(said.get(names.COMPLETE))
        model.turns += 1
        model.incomplete += not complete
        model.repeated += int(said.get(names.ATTEMPTS) or 1) > 1
        model.tokens_in += int(said.get(names.INPUT_TOKENS) or 0)
        model.tokens_out += int(said.get(names.OUTPUT_TOKENS) or 0)
        model.cost += float(said.get(names.COST) or 0.0)
        model.seconds.add(seconds)
        self.generation.add(seconds, failed=not complete)
        answers = self.streamed if said.get(names.REQUEST_STREAM) else self.whole
        answers.count += 1
        answers.incomplete += not complete
        answers.seconds.add(seconds)
        first = said.get(names.FIRST_CHUNK)
        if first is not None:
            model.first_token.add(first)
            answers.first_token.add(first)

    def add_feedback(self, name: str, score: float | None, label: str | None) -> None:
        """Count what somebody said of a run."""
        self.feedback[name].add(score, label)

    def told(self) -> dict[str, Any]:
        """All figures, as JSON; times in seconds, cost in US dollars, `null` where nothing was counted."""
        return {
            "runs": {
                "count": self.runs,
                "by_status": dict(self.statuses.most_common()),
                "seconds": self.seconds.figures(),
                "cost": round(self.spent.cost, 6),
                "cost_unknown": self.spent.unknown,
            },
            "models": _each(self.models),
            "tools": _each(self.tools),
            "nodes": _each(self.nodes),
            "retrieval": self.retrieval.told(),
            "generation": self.generation.told(),
            "answers": {"streamed": self.streamed.told(), "whole": self.whole.told()},
            "cost_by_tag": {key: _each(values) for key, values in sorted(self.tags.items())},
            "cost_by_day": _each(self.days),
            "feedback": _each(self.feedback),
        }


def _each(groups: Mapping[str, Any]) -> dict[str, Any]:
    return {key: groups[key].told() for key in sorted(groups)}


class _Gaps:
    """The times between arrivals of one run, by the model that speaks."""

    def __init__(self, models: Mapping[str, ModelFigures]) -> None:
        self._models = models
        self._speaks: dict[str, str] = {}
        self._last: dict[str, float] = {}

    def add(self, event: Event) -> None:
        if isinstance(event, MessageStarted):
            self._speaks[event.message_id] = event.model or "?"
            self._last.pop(event.message_id, None)
        elif isinstance(event, MessageDelta | MessageReasoning) and event.message_id in self._speaks:
            gaps, last = self._models[self._speaks[event.message_id]].gaps, self._last.get(event.message_id)
            if last is not None:
                gaps.add(event.first_at - last)
            if event.n > 1:
                gaps.add((event.last_at - event.first_at) / (event.n - 1), event.n - 1)
            self._last[event.message_id] = event.last_at
