"""`mainstem rollout`: each variant beside the baseline, from the recorded runs."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from mainstem.text import counted, printable

from .failures import exit_on_error, say
from .options import HomeOption, TagFilterOption, settings_there, tags_of
from .table import table

if TYPE_CHECKING:
    from mainstem.stores.journal import Journal
    from mainstem.stream.stats.comparison import Compared, VariantComparison
    from mainstem.stream.stats.intervals import Interval


def rollout(
    days: Annotated[
        float | None,
        typer.Option("--days", min=0, max=36_500, help="Only runs of the last so many days; default: all."),
    ] = None,
    tag: TagFilterOption = None,
    baseline: Annotated[
        str, typer.Option("--baseline", metavar="NAME", help="The variant that the others stand beside.")
    ] = "baseline",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    home: HomeOption = None,
) -> None:
    """Show how runs of each variant fare beside the usual ones, and call what is worse."""
    with exit_on_error():
        from mainstem.stores.opening import open_stores

        journal = open_stores(settings_there(home), prune=False).journal  # who only looks forgets nothing
        found = asyncio.run(_gathered(journal, days, tags_of(tag), baseline))
        if as_json:
            typer.echo(json.dumps({"variants": [each.told() for each in found]}, ensure_ascii=False))
        elif found:
            typer.echo(printable("\n\n".join("\n".join(_lines(each, baseline)) for each in found)))
        else:
            say(f"No recorded run has taken another variant than {baseline}: MAINSTEM_VARIANTS says who takes which.")


async def _gathered(
    journal: "Journal", days: float | None, tags: Mapping[str, str], baseline: str
) -> "list[VariantComparison]":
    from mainstem.stores.journal.gathering import comparisons

    return await comparisons(journal, days=days, tags=tags, baseline=baseline)


_SHOWN = {
    "first_token": ("first token", "{:.3f} s"),
    "seconds": ("whole run", "{:.3f} s"),
    "cost": ("cost", "${:.5f}"),
    "words": ("words", "{:.0f}"),
    "citations": ("citations", "{:.2f}"),
    "supported": ("supported", "{:.1%}"),
    "broken": ("broken streams", "{:.1%}"),
}


def _lines(found: "VariantComparison", baseline: str) -> Iterable[str]:
    beside = "in the shadow of" if found.shadow else "beside"
    yield f"{found.name}: {counted(found.variant_runs, 'run')} {beside} {found.baseline_runs} of {baseline}"
    rows = [_row(each) for each in found.figures if each.baseline or each.variant]
    if found.kept is not None:
        rows.append(("citations kept", "", _interval(found.kept, "{:.1%}"), ""))
    yield from table(("", baseline, found.name, ""), rows)
    yield _verdict(found)


def _row(one: "Compared") -> tuple[str, ...]:
    label, form = _SHOWN[one.figure.name]
    said = one.regression or {"better": "better", "more": "more", "less": "less"}.get(one.call or "", "")
    return (label, _interval(one.baseline, form), _interval(one.variant, form), said)


def _interval(one: "Interval | None", form: str) -> str:
    return "-" if one is None else f"{form.format(one.value)} ({form.format(one.low)} to {form.format(one.high)})"


def _verdict(found: "VariantComparison") -> str:
    from mainstem.stream.stats.comparison import ENOUGH

    if found.regressions:
        return f"{found.name} is worse: {', '.join(found.regressions)}."
    if any(each.call == "better" for each in found.figures):
        return f"Nothing of {found.name} is worse that can be told."
    few = found.fewest_threads < ENOUGH
    why = f"fewer than {ENOUGH} threads on a side" if few else "the sides differ by no more than chance would have it"
    return f"Nothing can be told of {found.name} yet: {why}."
