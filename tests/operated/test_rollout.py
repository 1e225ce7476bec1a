"""`mainstem rollout`: what is worse is called, what is equal is not, and both sides are shown, from the journal."""

import asyncio
import json
import shlex
from random import Random

import pytest

from mainstem import Settings
from mainstem import events as e
from mainstem.stores.journal.gathering import comparisons
from mainstem.stores.opening import open_stores
from mainstem.stream.events import encode
from mainstem.stream.stats.comparison import ALPHA, ENOUGH, FIGURES, compare
from mainstem.stream.stats.intervals import mean_interval, median_interval, share_interval
from mainstem.stream.stats.rank_test import bound, rank_difference
from mainstem.stream.stats.run_figures import RunFigures, run_figures
from tests.cli.commands import line, run
from tests.docs.pages import DOCS, samples

A_SIDE = 1000
"""Runs of each side that the targets are held with."""

PLANTED = {
    "slower": {"slow": 1.25},
    "costlier": {"dear": 1.3},
    "fewer citations": {"citing": 0.45},
    "more broken streams": {"broken": 0.09},
}
"""Regressions: a quarter slower, 30 % dearer, a quarter fewer citations, 9 % broken streams in place of 2 %."""


def figures_of(random, count, *, slow=1.0, dear=1.0, citing=0.6, broken=0.02):
    """Runs as they are: times and costs over an order of magnitude, and a share of broken ones."""
    return [_figures(random, number, slow, dear, citing, broken) for number in range(count)]


def _figures(random, number, slow, dear, citing, broken):
    if random.random() < broken:
        return RunFigures(str(number), str(number), {"broken": 1.0})
    cited = sum(random.random() < citing for _ in range(5))
    found = {
        "broken": 0.0,
        "first_token": random.lognormvariate(-1, 0.5) * slow,
        "seconds": random.lognormvariate(1, 0.5) * slow,
        "cost": random.lognormvariate(-6, 0.6) * dear,
        "words": float(int(random.lognormvariate(4, 0.5))),
        "citations": float(cited),
    }
    if cited:
        found["supported"] = sum(random.random() < 0.9 for _ in range(cited)) / cited
    return RunFigures(str(number), str(number), found)


def regressions(baseline, variant):
    return {each.regression for each in compare(baseline, variant)} - {""}


# what is called


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_regression_is_called(planted):
    random = Random(planted)
    called = [
        planted in regressions(figures_of(random, A_SIDE), figures_of(random, A_SIDE, **PLANTED[planted]))
        for _ in range(10)
    ]
    assert all(called)


def test_of_two_hundred_equal_pairs_nothing_is_called():
    random = Random(14)
    pairs = [compare(figures_of(random, 150), figures_of(random, 150)) for _ in range(200)]
    assert [each for pair in pairs for each in pair if each.call] == []


def test_looking_again_and_again_calls_nothing_of_equal_sides():
    """Looked at after each of 1,500 runs a side, of which a test for one look would call nearly half."""
    random, naive = Random(7), 0
    for _ in range(10):
        one, other = ([random.gauss(0, 1) for _ in range(1500)] for _ in range(2))
        looks = [(size, abs(rank_difference(one[:size], other[:size]))) for size in range(20, 1500, 30)]
        assert all(found < bound(size, size, ALPHA / len(FIGURES)) for size, found in looks)
        naive += any(found > 1.96 for _, found in looks)
    assert naive >= 2, "the looks are no temptation"


def test_an_improvement_is_no_regression():
    random = Random(3)
    found = compare(figures_of(random, 600), figures_of(random, 600, slow=0.6))
    assert {each.figure.name: each.call for each in found if each.call} == {
        "first_token": "better",
        "seconds": "better",
    }


def test_too_few_runs_call_nothing_however_far_apart():
    baseline, variant = (
        [RunFigures(str(n), str(n), {"seconds": value + n / 100}) for n in range(ENOUGH - 1)] for value in (1, 9)
    )
    assert regressions(baseline, variant) == set()


def test_a_difference_that_does_not_matter_is_not_called():
    baseline, variant = (
        [RunFigures(str(n), str(n), {"seconds": value + n / 1e6}) for n in range(400)] for value in (1.0, 1.03)
    )
    assert regressions(baseline, variant) == set()


def test_runs_of_one_thread_count_once():
    """A thousand runs of three slow threads say no more than three threads do."""
    baseline = [RunFigures(str(n), str(n), {"seconds": 1 + n / 1000}) for n in range(300)]
    variant = [RunFigures(str(n), f"t{n % 3}", {"seconds": 9.0}) for n in range(1000)]
    assert regressions(baseline, variant) == set()


def test_equal_values_on_both_sides_are_no_difference():
    assert rank_difference([0.0] * 50, [0.0] * 50) == 0.0
    assert (
        rank_difference([1.0] * 5 + [0.0] * 45, [0.0] * 50) == -rank_difference([0.0] * 50, [1.0] * 5 + [0.0] * 45) > 0
    )


def test_intervals_hold_what_they_are_of():
    """19 of 20 of them do; Wilson's and the median's whatever the distribution is."""
    random = Random(5)
    held = {"median": 0, "mean": 0, "share": 0}
    for _ in range(400):
        values = [random.lognormvariate(0, 1) for _ in range(60)]
        shares = [float(random.random() < 0.03) for _ in range(60)]
        held["median"] += (found := median_interval(values)).low <= 1.0 <= found.high
        held["mean"] += (found := mean_interval([random.gauss(2, 1) for _ in range(60)])).low <= 2 <= found.high
        held["share"] += (found := share_interval(shares)).low <= 0.03 <= found.high
    assert all(0.92 <= count / 400 <= 0.99 for count in held.values()), held


# from events


def recorded(run_id, *, thread=None, first=0.2, cost=0.5, cited=2, status="done", variant=None, shadow_of=None):
    """The events of a run that answers with citations."""
    tags = {key: value for key, value in (("variant", variant), ("shadow_of", shadow_of)) if value}
    at = 1.0 + first
    citations = [
        e.Citation(
            message_id="m",
            marker=f"[{number}]",
            document="a.md",
            locator=e.Locator(start=number, end=number + 9),
            quote="x",
            verdict="supported" if number else "doubtful",
            at=at,
        )
        for number in range(cited)
    ]
    whole = status == "done"
    return tags, [
        e.RunStarted(run_id=run_id, thread_id=thread, graph="g", tags=tags, started_at="2026-11-30T00:00:00+00:00"),
        e.MessageStarted(message_id="m", model="gpt", at=1.0, answer=True),
        e.MessageDelta(message_id="m", text="It sails at seven. ", first_at=at, last_at=at, at=at),
        *citations,
        e.MessageFinished(
            message_id="m", complete=whole, finish_reason="stop" if whole else None, ttft=first, at=at + 1
        ),
        e.RunFinished(status=status, cut=None if whole else "unsaid", seconds=2 + first, cost=cost, at=2 + first),
    ]


def test_the_figures_of_a_run():
    found = run_figures(recorded("r", thread="t", first=0.25)[1])
    assert found is not None
    assert (found.run_id, found.unit) == ("r", "t")
    assert found.figures == {
        "broken": 0, "words": 4, "citations": 2, "supported": 0.5, "seconds": 2.25, "cost": 0.5, "first_token": 0.25,
    }  # fmt: skip
    assert found.passages == {("a.md", 0, 9), ("a.md", 1, 10)}


def test_a_broken_run_counts_as_broken_alone_and_a_stopped_one_not_at_all():
    assert run_figures(recorded("r", status="truncated")[1]).figures == {"broken": 1}
    assert run_figures(recorded("r", status="stopped")[1]) is None
    assert run_figures(recorded("r")[1][-1:]) is None


# from a journal of 2,000 runs


def write(journal, number, **made):
    run_id = f"{number:032x}"
    tags, told = recorded(run_id, thread=made.pop("thread", None), **made)
    kept = journal.open(run_id, None, "g", tags, f"2026-11-{1 + number % 29:02}T00:00:00.{number % 1000:03}+00:00")
    for seq, event in enumerate(told, 1):
        kept.write(seq, encode(event, seq=seq, run_id=run_id))
    kept.finish(told[-1].status, told[-1].seconds)
    return run_id


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with 2,000 runs: of a baseline, a slow canary, an equal one, and shadows that cite less."""
    folder, random = tmp_path_factory.mktemp("rollout"), Random(1)
    journal = open_stores(Settings(home=folder), prune=False).journal

    def speed(slow=1.0):
        return {"first": random.lognormvariate(-1, 0.5) * slow, "cost": random.lognormvariate(-6, 0.5)}

    usual = [write(journal, number, variant="baseline", cited=2, **speed()) for number in range(1, 801)]
    for number in range(1001, 1501):
        write(journal, number, variant="slow", cited=2, **speed(1.5))
    for number in range(2001, 2501):
        write(journal, number, variant="same", cited=2, **speed())
    for number in range(3001, 3201):
        write(journal, number, variant="dark", shadow_of=usual[number - 3000], cited=1, **speed())
    asyncio.run(journal.close())
    return folder


def test_a_regression_is_called_and_an_equal_side_is_not(home):
    found = json.loads(run("rollout", "--home", home, "--json").stdout)["variants"]
    told = {each["variant"]: each for each in found}
    assert [(each["variant"], each["shadow"], each["variant_runs"]) for each in found] == [
        ("dark", True, 200), ("same", False, 500), ("slow", False, 500),
    ]  # fmt: skip
    assert told["slow"]["regressions"] == ["slower to begin", "slower"]
    assert told["same"]["regressions"] == []
    assert told["dark"]["regressions"] == ["fewer citations", "fewer supported citations"]
    assert (told["dark"]["baseline_runs"], told["dark"]["citations_kept"]["value"]) == (200, 0.5)
    slow = told["slow"]["figures"]["first_token"]
    assert slow["baseline"]["low"] < slow["baseline"]["value"] < slow["baseline"]["high"] < slow["variant"]["low"]


def test_people_read_both_sides_and_what_to_make_of_it(home):
    said = run("rollout", "--home", home).stdout
    assert "slow: 500 runs beside 800 of baseline" in said
    assert "slow is worse: slower to begin, slower." in said
    assert "Nothing can be told of same yet: the sides differ by no more than chance would have it." in said
    assert "dark: 200 runs in the shadow of 200 of baseline" in said
    assert "citations kept" in said


async def test_runs_are_chosen_and_another_variant_may_be_the_baseline(tmp_path):
    journal = open_stores(Settings(home=tmp_path), prune=False).journal
    for number, variant in enumerate(("a", "a", "b", "baseline"), 1):
        write(journal, number, variant=variant)
    await journal.close()
    found = await comparisons(journal, baseline="a")
    assert [(each.name, each.baseline_runs, each.variant_runs) for each in found] == [("b", 0, 1), ("baseline", 0, 1)]
    assert await comparisons(journal, baseline="a", tags={"variant": "a"}) == []


def test_where_no_variant_was_taken_that_is_one_line(home):
    found = run("rollout", "--home", home, "--tag", "variant=baseline")
    assert "No recorded run has taken another variant than baseline" in line(found)


def test_the_figures_of_two_thousand_runs_are_told(home):
    found = json.loads(run("stats", "--home", home, "--json").stdout)
    assert found["runs"]["count"] == 2000
    assert found["cost_by_tag"]["variant"]["slow"]["runs"] == 500
    assert list(found["cost_by_tag"]) == ["variant"]


def test_a_home_without_runs_is_one_clear_line(tmp_path):
    found = run("rollout", "--home", tmp_path / "nothing")
    assert found.exit_code == 2
    assert "there is no such home" in line(found)


def test_a_variant_that_cannot_be_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setenv("MAINSTEM_VARIANTS", "mini")
    found = run("rollout", "--home", tmp_path)
    assert found.exit_code == 2
    assert "MAINSTEM_VARIANTS cannot be used: write it as a JSON list of variants" in line(found)


# the page


def commands():
    return [
        shlex.split(command)
        for sample in samples(DOCS / "how-to" / "rollout.md", "bash")
        for command in sample.replace("'[\n", "'[").replace("},\n", "}, ").replace(",\n  ", ", ").splitlines()
    ]


def test_the_variants_of_the_page_can_be_set(monkeypatch):
    said = [word.partition("=")[2] for name, *words in commands() if name == "export" for word in words]
    assert len(said) == 3
    for value in said:
        monkeypatch.setenv("MAINSTEM_VARIANTS", value)
        assert Settings().variants


def test_the_commands_of_the_page_can_be_given(home):
    given = [words for words in commands() if words[:2] == ["mainstem", "rollout"]]
    assert len(given) == 3
    for _, name, *words in given:
        options = words[: words.index(">")] if ">" in words else words
        assert run(name, *options, "--tag", "nobody=has", "--home", home).exit_code == 0
