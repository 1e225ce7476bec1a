"""Scores before a sentence is shown: one that is too low ends the answer, or has a person look at it."""

import asyncio
import re
from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from mainstem import Policy, Session, Settings, SyncSession, guarded, watch
from mainstem import events as e
from mainstem.models.grounded_question import grounded
from mainstem.models.scoring import ScoredSentence

from ..watched import watched
from .test_confidence import GUESSED, SURE, pieces
from .test_policies import GIVEN, Saying, cut, graph_of
from .test_review import kept_by_the_session

TEXT = "You are kind. You are an idiot! Goodbye."
KIND = Policy(name="kind", scores={"mood": -0.5}, says="Let us stay polite.")
MOODS = {"kind": 1.0, "idiot": -1.0}


def mood(sentence: str, about: ScoredSentence) -> Any:
    return next(({"name": "mood", "score": score} for word, score in MOODS.items() if word in sentence), None)


async def amood(sentence: str, about: ScoredSentence) -> Any:
    await asyncio.sleep(0)
    return mood(sentence, about)


def shown(model: Any) -> str:
    return "".join(chunk.text for chunk in model.stream("?"))


@pytest.mark.parametrize("score", [mood, amood, "tests.safe.test_scored:mood"])
@pytest.mark.parametrize("size", [1, 3, 99])
def test_the_answer_ends_before_the_sentence_that_is_scored_too_low(score: Any, size: int):
    said = cut(TEXT, list(range(0, len(TEXT), size)))
    assert shown(guarded(Saying(pieces=said), policies=[KIND], score=score)) == f"You are kind. \n\n{KIND.says}"
    assert guarded(Saying(pieces=[TEXT], disable_streaming=True), policies=[KIND], score=score).invoke("?").text == (
        f"You are kind. \n\n{KIND.says}"
    )


@pytest.mark.parametrize("score", [mood, amood])
@pytest.mark.parametrize("streaming", [True, False])
async def test_a_run_is_halted_by_a_score_of_any_callable(score: Any, streaming: bool):
    model = Saying(pieces=[TEXT], disable_streaming=not streaming)
    seen = await watched(watch(graph_of(guarded(model, policies=[KIND], score=score)), GIVEN))
    assert (seen.end.status, seen.end.reason) == ("halted", "policy")
    assert [(notice.kind, notice.rule) for notice in seen.of(e.Notice)] == [("refused", "kind")]


@pytest.fixture
async def session(tmp_path: Any) -> Any:
    policy = Policy(name="kind", scores={"mood": -0.5}, action="review")
    asked: list[str] = []

    def score(sentence: str, about: ScoredSentence) -> Any:
        asked.append(sentence)
        return mood(sentence, about)

    graph = kept_by_the_session(guarded(Saying(pieces=list(TEXT)), policies=[policy], score=score))
    async with Session(Settings(home=tmp_path, score=score), graph=graph) as opened:
        yield opened, asked


async def test_a_person_looks_at_it_in_mid_stream_and_its_score_stands_beside_the_run(session: Any):
    opened, asked = session
    run = opened.start(GIVEN, thread="t", tags={"team": "a"})
    seen = await watched(run, opened.source.graph)
    assert (seen.end.status, seen.shown()) == ("interrupted", ["You are kind. "])
    assert [waiting.policy for waiting in await opened.approvals()] == ["kind"]
    later = opened.resume("t", {"decisions": [{"type": "approve"}]})
    assert (await later.result()).text == TEXT
    await opened.__aexit__(None, None, None)
    kept = [(each.score, each.explanation) for each in await opened.journal.feedback(run.run_id)]
    assert kept == [(1.0, "You are kind."), (-1.0, "")], "words that were held are told"
    assert [each.score for each in await opened.journal.feedback(later.run_id)] == [1.0, -1.0]
    assert asked.count("You are kind.") == 2, "once for each run"


def strange(sentence: str, about: ScoredSentence) -> Any:
    """A number that stands in nothing that the sentence cites."""
    numbers = re.findall(r"\d+", re.sub(r"\[\d+\]", "", sentence))
    return {"name": "numbers", "score": float(all(any(n in each for each in about.sources) for n in numbers))}


FOUND: Any = {
    "passages": [
        {"n": 1, "document": "a.csv", "text": "Harbour | 1200", "score": 1.0, "coverage": 1.0},
        {"n": 2, "document": "b.csv", "text": "Ferry | 800", "score": 1.0, "coverage": 1.0},
    ]
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The harbour took 1200. [1] The ferry took 800. [2]", "The harbour took 1200. [1] The ferry took 800. [2]"),
        ("The harbour took 1200 [1]. The ferry took 900 [2].", "The harbour took 1200 [1]. "),
        ("The harbour took 800. [1] Bye.", ""),
        ("The tool says 77.", "The tool says 77."),
    ],
)
def test_a_number_that_is_not_in_the_cited_table_is_not_shown(text: str, said: str):
    policy = Policy(name="numbers", scores={"numbers": 1.0})
    asked = [grounded("How much?", FOUND), ToolMessage("<tool_result>\n77\n</tool_result>", tool_call_id="c")]
    for cuts in ([], list(range(99))):
        model = guarded(Saying(pieces=cut(text, cuts)), policies=[policy], score=strange)
        assert "".join(chunk.text for chunk in model.stream(asked)) == said


def test_a_scorer_knows_where_the_sentence_stands_and_how_sure_the_model_was():
    told: list[ScoredSentence] = []
    policy = Policy(name="sure", scores={"sure": 0.5})

    def sure(sentence: str, about: ScoredSentence) -> Any:
        told.append(about)
        return {"name": "sure", "score": about.confidence}

    assert shown(guarded(Saying(pieces=pieces([*SURE, *GUESSED], 1)), policies=[policy], score=sure)) == "Oslo is big. "
    assert [(about.position, about.answer, about.citations) for about in told] == [
        (0, "", ()),
        (1, "Oslo is big. ", ()),
    ]


def test_the_session_of_a_program_that_is_not_async_is_scored_too(tmp_path: Any):
    graph = graph_of(guarded(Saying(pieces=[TEXT]), policies=[KIND], score=amood))
    with SyncSession(Settings(home=tmp_path, score=amood), graph=graph) as session:
        assert session.start(GIVEN).result().status == "halted"


def fails(sentence: str, about: ScoredSentence) -> Any:
    raise RuntimeError("no judge today")


async def afails(sentence: str, about: ScoredSentence) -> Any:
    raise RuntimeError("no judge today")


@pytest.mark.parametrize(
    ("score", "why"),
    [(fails, "no judge today"), (afails, "no judge today"), (lambda *_: {"name": "x", "score": "1"}, "no score")],
)
async def test_what_cannot_be_scored_is_not_shown(score: Any, why: str):
    seen = await watched(watch(graph_of(guarded(Saying(pieces=[TEXT]), policies=[KIND], score=score)), GIVEN))
    assert (seen.end.status, seen.shown()) == ("failed", [])
    assert seen.end.error is not None
    assert why in seen.end.error.message


async def test_a_scorer_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mainstem.models.guard.sentence_judge.SECONDS", 0.01)
    never = asyncio.Event()

    async def waits(sentence: str, about: ScoredSentence) -> Any:
        await never.wait()

    result = await watch(graph_of(guarded(Saying(pieces=[TEXT]), policies=[KIND], score=waits)), GIVEN).result()
    assert result.status == "failed"


async def test_the_settings_name_both(scripted: Any):
    settings = scripted([{"words": TEXT}], policies=[KIND], score="tests.safe.test_scored:mood")
    async with Session(settings) as session:
        result = await session.ask("Who?").result()
    assert (result.status, result.text) == ("halted", f"You are kind. \n\n{KIND.says}")


async def test_a_policy_on_scores_that_nothing_gives_is_told_in_a_line(scripted: Any):
    with pytest.raises(ValueError, match="nothing gives any"):
        guarded(Saying(pieces=[]), policies=[KIND])
    async with Session(scripted("Hello.", policies=[KIND])) as session:
        result = await session.ask("Who?").result()
    assert result.error is not None
    assert "MAINSTEM_SCORE" in result.error.message
    with pytest.raises(ValueError, match="only answers are scored"):
        Policy(name="kind", scores={"mood": 0}, on="input")
