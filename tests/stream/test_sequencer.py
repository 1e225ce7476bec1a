import asyncio

from hypothesis import given
from hypothesis import strategies as st

from mainstem.stream import events as e
from mainstem.stream import laws
from mainstem.stream.log import Log
from mainstem.stream.meter import Meter
from mainstem.stream.sequencer import HOLD_BYTES, Sequencer

from ..waiting import eventually


def no_spill():
    raise AssertionError("memory was not to overflow here")


def sequencer():
    log = Log("r", 2**20, None, no_spill)
    return Sequencer("r", log, lambda event: None), log


def delta(message, text, meter, at):
    meter.arrived(text, at)
    return e.MessageDelta(
        at=at,
        message_id=message,
        task_id=message,
        text=text,
        first_at=at,
        last_at=at,
        tokens=meter.n,
        words=meter.words,
    )


def said(log):
    return [e.decode(log.get(seq)) for seq in range(log.first, log.last + 1)]


async def test_deltas_that_nobody_waits_for_join_and_the_first_does_not():
    sequence, log = sequencer()
    meter = Meter(0)
    for number, text in enumerate(["Hel", "lo ", "wor", "ld"]):
        sequence.put(delta("m", text, meter, number / 1000))
    sequence.put(e.NodeFinished(at=0.01, node="n"))
    first, joined, node = said(log)
    assert (first.text, first.n) == ("Hel", 1)
    assert (joined.text, joined.n, joined.first_at, joined.last_at) == ("lo world", 3, 0.001, 0.003)
    assert (joined.tokens, joined.words) == (4, 2)
    assert node.seq == 3


async def test_a_waiting_reader_gets_each_delta_at_once():
    sequence, log = sequencer()
    meter = Meter(0)
    for number in range(3):
        waiting = log.more()
        sequence.put(delta("m", "x", meter, float(number)))
        await waiting
    assert [event.n for event in said(log)] == [1, 1, 1]


async def test_nothing_is_held_longer_than_stated():
    sequence, log = sequencer()
    meter = Meter(0)
    sequence.put(delta("m", "a", meter, 0.0))
    sequence.put(delta("m", "b", meter, 0.0))
    assert log.last == 1
    await eventually(lambda: log.last == 2)


async def test_nothing_is_joined_beyond_the_stated_size():
    sequence, log = sequencer()
    meter = Meter(0)
    for number in range(10):
        sequence.put(delta("m", "x" * 1000, meter, float(number)))
    sequence.flush()
    assert max(len(event.text) for event in said(log)) < HOLD_BYTES + 1000
    assert "".join(event.text for event in said(log)) == "x" * 10_000


async def test_of_progress_the_latest_wins():
    sequence, log = sequencer()
    for done in range(100):
        sequence.put(e.Progress(label="reading", done=done, total=100))
    sequence.put(e.Progress(label="reading", done=0, total=5, tool_call_id="other"))
    sequence.flush()
    assert [(p.done, p.tool_call_id) for p in said(log)] == [(99, None), (0, "other")]


async def test_what_comes_of_different_tasks_is_not_joined():
    sequence, log = sequencer()
    for task in ("a", "b", "b"):
        sequence.put(e.Progress(label="reading", done=1, unit="file", task_id=task))
    for task in ("a", "b", "b"):
        sequence.put(e.ToolOutput(tool_call_id="call_0", text=task, task_id=task))
    for task in ("a", "b", "b"):
        sequence.put(e.ToolArguments(tool_call_id="call_0", text=task, task_id=task))
    sequence.flush()
    assert [event.task_id for event in said(log)] == ["a", "b"] * 3
    assert [event.text for event in said(log) if not isinstance(event, e.Progress)] == ["a", "bb"] * 2


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("mn"), st.text(max_size=6)),
        st.just("node"),
        st.just("progress"),
        st.just("read"),
        st.just("wait"),
    ),
    max_size=60,
)


@given(steps)
def test_joining_changes_nothing(plan):
    """Whatever the order of deltas, other events and readers: the same texts, in the same order between the others."""

    async def play():
        sequence, log = sequencer()
        meters, clock, put, waiting = {}, 0.0, [], []
        for step in plan:
            clock += 0.001
            if step == "node":
                put.append(("node", ""))
                sequence.put(e.Notice(at=clock, kind="review"))
            elif step == "progress":
                sequence.put(e.Progress(at=clock, label="x", done=clock))
            elif step == "read":
                waiting.append(log.more())
            elif step == "wait":
                await asyncio.sleep(0)
            else:
                message, text = step
                if message not in meters:
                    meters[message] = Meter(0)
                    sequence.put(e.MessageStarted(at=clock, message_id=message, task_id=message))
                    put.append(("started", message))
                put.append((message, text))
                sequence.put(delta(message, text, meters[message], clock))
        for message in meters:
            sequence.put(e.MessageFinished(at=clock, message_id=message, finish_reason="stop", complete=True))
        sequence.put(e.RunFinished(at=clock, status="done"))
        log.close()
        await asyncio.gather(*waiting)
        return put, said(log)

    put, got = asyncio.run(play())
    assert _flat(put) == _flat([_told(event) for event in got if not isinstance(event, e.Progress)])
    report = laws.check(got)
    assert report.ok, report


def _told(event):
    if isinstance(event, e.MessageDelta):
        return (event.message_id, event.text)
    if isinstance(event, e.Notice):
        return ("node", "")
    return ("started", event.message_id) if isinstance(event, e.MessageStarted) else ("", "")


def _flat(told):
    """Neighbouring texts of one message as one, and nothing else touched."""
    flat = []
    for whose, text in told:
        if flat and flat[-1][0] == whose and whose in "mn":
            flat[-1] = (whose, flat[-1][1] + text)
        elif whose and (text or whose not in "mn"):
            flat.append((whose, text))
    return flat
