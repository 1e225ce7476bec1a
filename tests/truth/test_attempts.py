"""Retry, fallback, and no streaming as the last resort: the order, in the provider's own record of the requests."""

from mainstem import events as e
from mainstem.testing import closed_port
from mainstem.testing.faults import BROKEN, REFUSED
from tests.truth.sources import GOOD, SHORT, playing

HALF = [{"text": "Half an ans"}, {"drop": ""}]
HOPELESS = [{"text": "Half an ans"}, {"error_object": {"message": "The engine died.", "code": "500"}}]


def asked(provider):
    """Each request: the model, and whether it was streamed."""
    return [(request.json["model"], bool(request.json.get("stream"))) for request in provider.requests]


def notices(seen, kind):
    return [event.text for event in seen.of(e.Notice) if event.kind == kind]


async def test_each_model_has_its_attempts_in_order_and_streaming_goes_last(home):
    fallbacks = ["openai:second", "openai:third"]
    async with playing("agent", home, *[HALF] * 6, fallbacks=fallbacks) as (asker, provider):
        seen = await asker.judged(asker.ask())
    streamed = [(name, True) for name in ("scripted", "second", "third") for _ in range(2)]
    assert asked(provider) == [*streamed, ("scripted", False)]
    assert seen.end.status == "done"
    assert seen.result.text == "All is well again."
    assert [event.attempt for event in seen.of(e.MessageStarted)] == [1, 2, 3, 4, 5, 6, 7]
    reasons = [event.reason for event in seen.of(e.MessageSuperseded)]
    assert reasons == ["retry", "fallback", "retry", "fallback", "retry", "fallback"]
    assert len(notices(seen, "review")) == 6
    assert "without streaming" in notices(seen, "review")[-1]
    assert [message.text for message in seen.messages if message.type == "ai"] == ["All is well again."]


async def test_the_last_failure_ends_the_run_with_the_providers_line(home):
    async with playing("agent", home, HOPELESS, repeat=True) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert asked(provider) == [("scripted", True), ("scripted", True), ("scripted", False)]
    assert seen.end.status == "failed"
    assert "The engine died" in seen.end.error.message
    assert [event.reason for event in seen.of(e.MessageSuperseded)] == ["retry", "retry"]
    assert seen.result.text == ""
    assert not [message for message in seen.messages if message.type == "ai"]


async def test_a_partial_that_nothing_replaces_stays_and_says_that_it_is_not_complete(home):
    refused = {"status": 401, "message": "No."}
    async with playing("agent", home, [refused], HALF, fallbacks=["openai:second"], max_attempts=1) as (asker, _):
        seen = await asker.judged(asker.ask())
    assert seen.end.status == "failed"
    assert "dropped the connection in the middle of its answer" in seen.end.error.message
    assert seen.result.text == "Half an ans"
    (message,) = seen.of(e.MessageFinished)
    assert (message.complete, message.finish_reason) == (False, None)
    assert not seen.of(e.MessageSuperseded)


async def test_a_failed_turn_can_be_resumed(home):
    async with playing("agent", home, *[HALF] * 2, [{"status": 500}], max_attempts=2) as (asker, _):
        run = asker.ask()
        assert (await asker.judged(run)).end.status == "failed"
        seen = await asker.judged(run.resume())
    assert (seen.end.status, seen.result.text) == ("done", "All is well again.")


async def test_retry_after_is_honoured(home):
    limited = {"status": 429, "message": "Slow down.", "retry_after": 0.4}
    async with playing("agent", home, [limited]) as (asker, provider):
        seen = await asker.judged(asker.ask())
    first, second = provider.requests
    assert second.at - first.at >= 0.4
    assert seen.end.status == "done"
    assert "asked again in 0.4 s" in notices(seen, "review")[0]


async def test_a_wait_that_outlasts_the_turn_is_not_waited(home):
    limited = {"status": 429, "message": "Come back tomorrow.", "retry_after": 86_400}
    async with playing("agent", home, [limited], fallbacks=["openai:second"]) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert asked(provider) == [("scripted", True), ("second", True)]
    assert seen.end.status == "done"


async def test_a_refusal_for_good_goes_to_the_fallback_at_once(home):
    async with playing("agent", home, REFUSED["wrong key"], fallbacks=["openai:second"]) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert asked(provider) == [("scripted", True), ("second", True)]
    assert [event.attempt for event in seen.of(e.MessageStarted)] == [2]
    assert not seen.of(e.MessageSuperseded)


async def test_a_server_that_will_not_stream_is_asked_without(home):
    refused = {"status": 400, "message": "This organization must be verified to stream this model.", "code": "stream"}
    async with playing("agent", home, [refused]) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert asked(provider) == [("scripted", True), ("scripted", False)]
    assert (seen.end.status, seen.result.text) == ("done", "All is well again.")
    assert seen.held(3)


async def test_a_server_whose_streams_are_empty_is_asked_without(home):
    empty = BROKEN["empty stream"]
    async with playing("agent", home, empty, empty) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert asked(provider) == [("scripted", True), ("scripted", True), ("scripted", False)]
    assert seen.result.text == "All is well again."


async def test_a_fallback_that_does_not_exist_is_one_more_failed_attempt(home):
    async with playing("agent", home, *[HALF] * 2, fallbacks=["nonsense:model"]) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert asked(provider)[-1] == ("scripted", False)
    assert "There is no model" in notices(seen, "review")[-1]
    assert seen.end.status == "done"


async def test_no_server_at_all_is_one_clear_line(home):
    nowhere = f"http://127.0.0.1:{closed_port()}/v1"
    async with playing("agent", home, openai_base_url=nowhere) as (asker, _):
        seen = await asker.judged(asker.ask())
    assert (seen.end.status, seen.end.error.type) == ("failed", "UnreachableError")


async def test_the_responses_interface_is_tried_again_in_the_same_way(home):
    async with playing("agent", home, HALF, HALF, openai_api="responses") as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert asked(provider) == [("scripted", True), ("scripted", True), ("scripted", False)]
    assert [event.reason for event in seen.of(e.MessageSuperseded)] == ["retry", "retry"]
    assert seen.result.text == "All is well again."
    assert seen.held(3)


# timeouts


async def test_silence_in_the_middle_is_told_and_then_given_up(home):
    async with playing("agent", home, BROKEN["stall"]) as (asker, provider):
        seen = await asker.judged(asker.ask())
    (stall,) = notices(seen, "stall")
    assert "in the middle of its answer" in stall
    assert "was silent for 0.8 s in the middle" in notices(seen, "review")[0]
    order = [type(event) for event in seen.events if isinstance(event, e.Notice | e.MessageSuperseded)]
    assert order == [e.Notice, e.MessageSuperseded, e.Notice]
    assert provider.requests[0].outcome == "left"
    assert seen.result.text == "All is well again."


async def test_silence_before_the_first_token_is_told_and_then_given_up(home):
    async with playing("agent", home, BROKEN["silence"]) as (asker, _):
        seen = await asker.judged(asker.ask())
    assert "has not begun to answer" in notices(seen, "stall")[0]
    assert "did not begin to answer within 0.8 s" in notices(seen, "review")[0]
    assert [event.attempt for event in seen.of(e.MessageStarted)] == [2]


async def test_a_short_wait_for_the_first_token_does_not_hurry_the_others(home):
    slow = [{"text": "One "}, {"sleep": SHORT * 1.5}, {"text": "two."}]
    limits = {"model_first_token_timeout": SHORT, "model_token_timeout": 30.0}
    async with playing("agent", home, slow, pace="own", **limits) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert seen.result.text == "One two."
    assert len(provider.requests) == 1


async def test_the_whole_turn_is_bounded_however_often_it_is_tried(home):
    endless = [{"words": "word " * 500, "delay": 0.05}]
    async with playing("agent", home, endless, pace="own", repeat=True, model_turn_timeout=1.0) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert (seen.end.status, seen.end.error.type) == ("failed", "TimedOutError")
    assert "MAINSTEM_MODEL_TURN_TIMEOUT" in seen.end.error.message
    assert seen.result.text.startswith("word word")
    assert not seen.of(e.MessageFinished)[-1].complete
    assert {request.outcome for request in provider.requests} == {"left"}


async def test_an_answer_that_comes_at_once_has_no_notice(home):
    async with playing("agent", home, GOOD) as (asker, _):
        seen = await asker.judged(asker.ask())
    assert not seen.of(e.Notice)
