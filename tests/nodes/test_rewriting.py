"""One repair turn for an answer with sentences that no passage supports."""

import json

import pytest

from mainstem import Session, Settings, events
from mainstem.testing import ScriptedProvider

from ..fixtures import call
from ..graph.watched import of, watched

SEARCH = [call("search_documents", {"query": "When does the ferry sail?"}, "s1")]
USAGE = {"usage": {"input_tokens": 100, "output_tokens": 10}}
WRONG = [{"text": "The ferry sails every day at 11:40 [1]. "}, {"text": "On Sundays it sails at nine [1]."}, USAGE]
RIGHT = [{"text": "The ferry sails every day at seven [1]."}, USAGE]
REPAIRED = "No passage supports a sentence of the answer: it is written again."


async def asked(settings):
    async with Session(settings) as session:
        return await watched(session, session.ask("When does the ferry sail?", thread="t"), "t")


async def test_an_answer_that_no_passage_supports_is_written_again(scripted):
    said, result, messages = await asked(scripted(SEARCH, WRONG, RIGHT))
    [taken_back] = of(said, events.MessageSuperseded)
    assert taken_back.reason == "repair"
    assert [notice.text for notice in of(said, events.Notice)] == [REPAIRED]
    assert result.text == messages[-1].text == "The ferry sails every day at seven [1]."
    assert [each.verdict for each in result.citations] == ["supported"]
    assert not [message for message in messages if "11:40" in message.text]
    assert result.usage["total_tokens"] == 220
    verdicts = {(each.message_id == taken_back.message_id, each.verdict) for each in of(said, events.Citation)}
    assert verdicts == {(True, "unsupported"), (True, "supported"), (False, "supported")}


async def test_the_second_answer_is_kept_whatever_it_is(scripted):
    again = [{"text": "The ferry sails every day at 12:50 [1]."}]
    said, result, _ = await asked(scripted(SEARCH, WRONG, again))
    assert len(of(said, events.MessageSuperseded)) == 1
    assert result.text == "The ferry sails every day at 12:50 [1]."
    assert [each.verdict for each in result.citations] == ["unsupported"]


async def test_where_nothing_comes_the_first_answer_is_shown_again(scripted):
    said, result, messages = await asked(scripted(SEARCH, WRONG, [{"text": ""}]))
    assert result.status == "done", result.error
    assert result.text == messages[-1].text == "".join(step.get("text", "") for step in WRONG)
    assert [each.reason for each in of(said, events.MessageSuperseded)] == ["repair", "repair"]
    assert of(said, events.Notice)[-1].text == "The answer could not be written again: nothing came."
    assert [each.verdict for each in result.citations] == ["unsupported", "supported"]


async def test_where_it_fails_the_first_answer_is_shown_again(scripted):
    failing = [{"text": "The fer"}, {"error": "no"}]
    said, result, messages = await asked(scripted(SEARCH, WRONG, failing, failing))
    assert result.status == "done"
    assert result.text == messages[-1].text == "".join(step.get("text", "") for step in WRONG)
    assert [each.verdict for each in result.citations] == ["unsupported", "supported"]
    assert [notice.text.partition(":")[0] for notice in of(said, events.Notice)][-1] == (
        "The answer could not be written again"
    )
    assert result.usage["total_tokens"] == 110


@pytest.mark.parametrize("limits", [{"repair": False}, {"budget_tokens": 100_010}])
async def test_it_can_be_turned_off_and_needs_budget(scripted, limits):
    dear = [*WRONG[:-1], {"usage": {"input_tokens": 100_000, "output_tokens": 10}}]
    said, result, _ = await asked(scripted(SEARCH, dear, RIGHT, **limits))
    assert not of(said, events.MessageSuperseded)
    assert [each.verdict for each in result.citations] == ["unsupported", "supported"]


@pytest.mark.parametrize("end", [{"finish": "length"}, {"end": True}])
async def test_an_answer_that_is_not_whole_is_left(scripted, end):
    said, _, _ = await asked(scripted(SEARCH, [*WRONG, end], RIGHT))
    assert not of(said, events.MessageSuperseded)


async def test_the_model_is_told_which_sentences_and_may_call_nothing(tmp_path, docs):
    turns = [SEARCH, WRONG, [call("search_documents", {"query": "ferry"}, "s2")], WRONG]
    async with ScriptedProvider(turns) as provider:
        said, result, _ = await asked(
            Settings(home=tmp_path / "home", docs=[docs], model="openai:any", openai_base_url=provider.base_url)
        )
        bodies = [json.loads(request.body) for request in provider.requests]
    assert bodies[2]["tool_choice"] == "none"
    answer, request = bodies[2]["messages"][-2:]
    assert answer["content"] == "".join(step.get("text", "") for step in WRONG)
    assert "- The ferry sails every day at 11:40.\n" in request["content"]
    assert "nine" not in request["content"]
    # a server that lets it call all the same: the turn goes on, and is not repaired again
    assert len(bodies) == 4
    assert len(of(said, events.MessageSuperseded)) == 1
    assert result.status == "done"
