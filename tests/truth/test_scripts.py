"""Whatever a provider says, in whatever pieces, whenever it is stopped: hypothesis writes the script."""

import asyncio
import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mainstem import events as e
from mainstem.testing import Style, WireTurn
from tests.truth.sources import SOURCES, playing

pytestmark = [
    pytest.mark.real,  # a provider behind a socket, hundreds of times
    # a plain ChatOpenAI warns of what providers send
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings"),
]

quietly = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking what depends on a race takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
said = st.one_of(
    st.builds(lambda text: {"text": text}, texts),
    st.builds(lambda text: {"torn": text}, texts),
    st.builds(lambda text: {"reasoning": text}, texts),
    st.just({"comment": "OPENROUTER PROCESSING"}),
)
counted = st.builds(
    lambda into, out: {"usage": {"input_tokens": into, "output_tokens": out}}, *[st.integers(1, 99)] * 2
)
styles = st.builds(
    Style,
    reasoning=st.sampled_from(["reasoning_content", "reasoning", "reasoning_details", "content"]),
    usage=st.sampled_from(["last", "cumulative", "none"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    done=st.booleans(),
    comments=st.booleans(),
    piece=st.none() | st.integers(60, 400),
)


@st.composite
def calls(draw):
    """One to three calls of a tool that both sources have."""
    expressions = draw(st.lists(st.sampled_from(["1+1", "6*7", "2**8", "1/0", "no sum"]), min_size=1, max_size=3))
    return [
        {"tool_call": {"name": "calculate", "args": {"expression": one}, "id": f"call_{uuid4().hex[:8]}"}}
        for one in expressions
    ]


@st.composite
def scripts(draw):
    """Up to two turns that call tools, and one that answers."""
    turns = []
    for _ in range(draw(st.integers(0, 2))):
        turns.append([*draw(st.lists(said, max_size=2)), *draw(calls()), draw(counted)])
    turns.append([*draw(st.lists(said, min_size=1, max_size=8)), draw(counted)])
    return [WireTurn.model_validate({"steps": steps, "style": draw(styles)}) for steps in turns]


endings = st.sampled_from(
    [[], [{"end": True}], [{"finish": "length"}], [{"drop": ""}], [{"malformed": "{"}], [{"status": 503}]]
)


def words(turn):
    """The text that a turn says."""
    return "".join(getattr(step, "text", "") or getattr(step, "torn", "") for step in turn.steps)


def thoughts(turn):
    return "".join(getattr(step, "reasoning", "") for step in turn.steps)


def expressions(turns):
    made = [step.tool_call.args["expression"] for turn in turns for step in turn.steps if hasattr(step, "tool_call")]
    return sorted(made)


@quietly
@given(script=scripts(), source=st.sampled_from(list(SOURCES)))
async def test_what_was_scripted_is_what_is_shown_and_stored(script, source, home):
    async with playing(source, home, *script) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert seen.end.status == "done"
    assert len(provider.requests) == len(script)
    assert [message.text for message in seen.messages if message.type == "ai"] == [words(turn) for turn in script]
    assert [text for text in seen.shown() if text] == [words(turn) for turn in script if words(turn)]
    assert sorted(event.args["expression"] for event in seen.of(e.ToolStarted)) == expressions(script)
    written = {}
    for event in seen.of(e.ToolArguments):
        written[event.tool_call_id] = written.get(event.tool_call_id, "") + event.text
    assert sorted(json.loads(text)["expression"] for text in written.values()) == expressions(script)
    if source == "agent":  # ChatOpenAI drops reasoning
        reasoned = "".join(event.text for event in seen.of(e.MessageReasoning))
        assert reasoned == "".join(thoughts(turn) for turn in script)


@quietly
@given(script=scripts(), ending=endings, at=st.integers(0, 10), source=st.sampled_from(list(SOURCES)))
async def test_wherever_a_script_breaks_off_the_laws_hold(script, ending, at, source, home):
    cut = [*script[-1].steps[:at], *WireTurn.model_validate(ending).steps]
    last = script[-1].model_copy(update={"steps": cut})
    async with playing(source, home, *script[:-1], last) as (asker, _):
        seen = await asker.judged(asker.ask())
        after = await asker.judged(asker.ask(thread=seen.result.thread_id))
    assert after.end.status == "done"
    if ending and ending[0].get("end") and source == "agent" and words(last):
        assert seen.end.status == "truncated"
        assert seen.messages[-1].text == words(last)


@quietly
@given(script=scripts(), at=st.integers(0, 30), source=st.sampled_from(list(SOURCES)))
async def test_a_run_may_be_stopped_at_any_event_and_its_thread_goes_on(script, at, source, home):
    async with playing(source, home, *script, pace="own") as (asker, _):
        run = asker.ask()
        async with asyncio.timeout(60):
            async for event in run.events():
                if event.seq > at:
                    break
            await asyncio.gather(run.stop(), run.stop())
        seen = await asker.judged(run)
        assert seen.end.status in ("stopped", "done")
        assert seen.end.status == "done" or seen.held(9) or not seen.messages
        after = await asker.judged(asker.ask(thread=run.thread_id))
        assert after.end.status == "done"
        assert seen.messages == after.messages[: len(seen.messages)]


@quietly
@given(script=scripts(), wait=st.floats(0, 0.3), source=st.sampled_from(list(SOURCES)))
async def test_a_run_may_be_stopped_at_any_time(script, wait, source, home):
    async with playing(source, home, *script, pace=40.0) as (asker, _):
        run = asker.ask()
        await asyncio.sleep(wait)
        await run.stop()
        seen = await asker.judged(run)
        assert seen.end.status in ("stopped", "done")
        after = await asker.judged(asker.ask(thread=run.thread_id))
        assert after.end.status == "done"
