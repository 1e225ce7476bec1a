"""`done` is earned: what ends a whole answer is a closed list, and every door says how another one was cut."""

import re
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage

from mainstem import events as e
from mainstem import laws, watch
from mainstem.cli.endings import ending
from mainstem.stream import finish_reasons
from mainstem.stream.translate.message_fields import finish_reason_of, text_of

from .chains import seen
from .graphs import Words, graph_of

CUTS = {
    "length": "length",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "filtered",
    "SAFETY": "filtered",
    "RECITATION": "filtered",
    "refusal": "refused",
    "pause_turn": "paused",
    "insufficient_system_resource": "failed",
    "error": "failed",
    "MALFORMED_FUNCTION_CALL": "failed",
    "a word of next year": "other",
}
ASKED = {"messages": [("user", "?")]}


@pytest.mark.parametrize(("reason", "cut"), CUTS.items())
async def test_a_cut_answer_is_not_done_and_its_end_says_why(reason, cut):
    run = watch(graph_of(Words(["Half an"], finish=reason)), ASKED)
    got = await seen(run)
    (message,) = got.of(e.MessageFinished)
    assert not message.complete
    assert (got.end.status, got.end.cut, got.end.finish_reason) == ("truncated", cut, reason)
    result = await run.result()
    assert (result.cut, result.finish_reason) == (cut, reason)
    assert ending(result).startswith(f"truncated: {finish_reasons.SAID[cut][0].rstrip('.')} ({reason})")


@pytest.mark.parametrize("reason", ["stop", "STOP", "FinishReason.STOP", "end_turn", "stop_sequence", "COMPLETE"])
async def test_a_whole_answer_is_done(reason):
    got = await seen(watch(graph_of(Words(["All"], finish=reason)), ASKED))
    assert (got.end.status, got.end.cut, got.end.finish_reason) == ("done", None, None)
    assert b"cut" not in e.encode(got.end)


async def test_an_answer_whose_provider_says_nothing():
    got = await seen(watch(graph_of(Words(["Half an"], finish=None)), ASKED))
    assert (got.end.status, got.end.cut, got.end.finish_reason) == ("truncated", "unsaid", None)


def test_a_refusal_is_one_though_its_provider_calls_it_a_stop():
    chat = AIMessage("", additional_kwargs={"refusal": "No."}, response_metadata={"finish_reason": "stop"})
    block = AIMessage([{"type": "refusal", "refusal": "No."}], response_metadata={"status": "completed"})
    assert [finish_reason_of(said) for said in (chat, block)] == ["refusal", "refusal"]
    assert text_of(block) == "No."


def test_the_law_names_a_message_that_is_called_complete_without_reason():
    around = [e.RunStarted(seq=1), e.MessageStarted(seq=2, message_id="m")]
    ends = [e.MessageFinished(seq=3, message_id="m", finish_reason="RECITATION", complete=True)]
    report = laws.check([*around, *ends, e.RunFinished(seq=4, status="done")])
    assert "RECITATION" in next(law.where for law in report.laws if law.number == 6)


def test_the_page_says_what_the_terminal_says():
    page = Path(finish_reasons.__file__).parents[1] / "web" / "page" / "run_end.js"
    said = re.findall(r'^  (\w+): \["(The (?:answer|model)[^"]+)", "([^"]*)"\],$', page.read_text(), re.MULTILINE)
    assert {cut: (happened, advice) for cut, happened, advice in said} == finish_reasons.SAID
