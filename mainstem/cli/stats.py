"""`mainstem stats`: the figures of the recorded runs."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mainstem.text import printable

from .failures import exit_on_error, say
from .options import HomeOption, TagFilterOption, settings_there, tags_of
from .table import table

MAX_VALUES = 20
"""Values of a tag that are shown, those that cost most."""

if TYPE_CHECKING:
    from mainstem.stores.journal import Journal


def stats(
    days: Annotated[
        float | None,
        typer.Option("--days", min=0, max=36_500, help="Only runs of the last so many days; default: all."),
    ] = None,
    tag: TagFilterOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    home: HomeOption = None,
) -> None:
    """Show how fast, how dear and how often broken the recorded runs were."""
    with exit_on_error():
        from mainstem.stores.opening import open_stores

        journal = open_stores(settings_there(home), prune=False).journal  # who only looks forgets nothing
        found = asyncio.run(_gathered(journal, days, tags_of(tag)))
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False))
        elif found["runs"]["count"]:
            typer.echo(printable("\n".join(_lines(found))))
        else:
            say("No run that is over is among those: leave --days and --tag out, or ask something first.")


async def _gathered(journal: "Journal", days: float | None, tags: Mapping[str, str]) -> dict[str, Any]:
    from mainstem.stores.journal.gathering import statistics

    return (await statistics(journal, days=days, tags=tags)).told()


def _lines(found: Mapping[str, Any]) -> Iterable[str]:
    runs = found["runs"]
    statuses = ", ".join(f"{status} {count}" for status, count in runs["by_status"].items())
    unknown = f" (of {runs['cost_unknown']} runs not known)" if runs["cost_unknown"] else ""
    yield f"{runs['count']} runs: {statuses}"
    yield f"seconds {_times(runs['seconds'])}; ${runs['cost']:.4f}{unknown}"
    timed = ("", "count", "failed", "p50", "p95", "p99 s")
    yield from _table("Models", _MODELS, [_model(name, one) for name, one in found["models"].items()])
    yield from _table("Tools", timed, [_timed(name, one) for name, one in found["tools"].items()])
    yield from _table("Nodes", timed, [_timed(name, one) for name, one in found["nodes"].items()])
    parts = [_timed(name, found[name]) for name in ("retrieval", "generation") if found[name]["count"]]
    yield from _table("Retrieval and generation", timed, parts)
    answers = [_answers(name, one) for name, one in found["answers"].items() if one["count"]]
    yield from _table("Answers", ("", "count", "broken", "first p50", "p95", "whole p50", "p95 s"), answers)
    for key, values in found["cost_by_tag"].items():
        dearest = sorted(values.items(), key=lambda each: -each[1]["cost"])[:MAX_VALUES]
        yield from _table(f"Cost by {key}", ("", "runs", "cost"), [*map(_spent, dearest)])
        if len(values) > MAX_VALUES:
            yield f"and {len(values) - MAX_VALUES} more, which --json tells of"
    yield from _table("Cost by day", ("", "runs", "cost"), [*map(_spent, found["cost_by_day"].items())])
    scores = [(name, one["count"], _mean(one), _labels(one)) for name, one in found["feedback"].items()]
    yield from _table("Feedback", ("", "count", "mean score", "labels"), scores)


def _spent(each: tuple[str, Mapping[str, Any]]) -> tuple[Any, ...]:
    name, one = each
    return (name, one["runs"], f"${one['cost']:.4f}")


_THREE = ("p50", "p95", "p99")
_MODELS = ("", "turns", "broken", "again", "first p50", *_THREE[1:], "gap p50", *_THREE[1:], "turn p50", *_THREE[1:])


def _model(name: str, one: Mapping[str, Any]) -> tuple[Any, ...]:
    times = (figure for key in ("first_token", "gaps", "seconds") for figure in _three(one[key]))
    return (name, one["turns"], one["incomplete"], one["repeated"], *times)


def _timed(name: str, one: Mapping[str, Any]) -> tuple[Any, ...]:
    return (name, one["count"], one["failed"], *_three(one["seconds"]))


def _answers(name: str, one: Mapping[str, Any]) -> tuple[Any, ...]:
    return (name, one["count"], one["incomplete"], *_three(one["first_token"])[:2], *_three(one["seconds"])[:2])


def _three(times: Mapping[str, float] | None) -> list[str]:
    return ["-"] * 3 if times is None else [f"{times[key]:.3f}" for key in _THREE]


def _times(times: Mapping[str, float] | None) -> str:
    return " ".join(f"{key} {value:.3f}" for key, value in (times or {}).items())


def _mean(one: Mapping[str, Any]) -> str:
    return "-" if one["mean_score"] is None else f"{one['mean_score']:.2f}"


def _labels(one: Mapping[str, Any]) -> str:
    return ", ".join(f"{label} {count}" for label, count in one["labels"].items())


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterable[str]:
    if not rows:
        return
    yield ""
    yield from table((title, *head[1:]), rows)
