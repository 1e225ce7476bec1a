"""The one fold of a run's events."""

from hypothesis import given
from hypothesis import strategies as st

from mainstem.stream import events as e
from mainstem.stream.answer_words import AnswerWords
from mainstem.stream.spans import node_key, span_of
from mainstem.stream.transcript import Transcript

KEYS = st.sampled_from(["a", "b", "c"])
WHERE = {"node": st.sampled_from(["n", "m"]), "task_id": st.none() | KEYS, "ns": st.none() | st.just(("n:a",))}
PLACE = e.Locator(start=0, end=1)


def made(of, **fields):
    return st.builds(of, **WHERE, **fields)


MESSAGES = [
    made(e.MessageStarted, message_id=KEYS, answer=st.sampled_from([None, True, False])),
    made(e.MessageDelta, message_id=KEYS, text=st.text(max_size=3)),
    made(e.MessageReasoning, message_id=KEYS, text=st.text(max_size=3)),
    made(e.MessageSuperseded, message_id=KEYS, reason=st.just("retry")),
    made(e.MessageFinished, message_id=KEYS),
    made(e.ToolArguments, tool_call_id=KEYS, message_id=st.none() | KEYS),
    made(
        e.Citation,
        message_id=KEYS,
        marker=st.just("[1]"),
        document=KEYS,
        locator=st.just(PLACE),
        quote=st.just("q"),
    ),
]
OTHERS = [
    made(e.NodeStarted),
    made(e.NodeFinished),
    made(e.ToolStarted, tool_call_id=KEYS),
    made(e.ToolFinished, tool_call_id=KEYS),
    made(e.Interrupt, interrupt_id=KEYS),
    made(e.Gap, from_seq=st.just(1), to_seq=st.just(2)),
    made(e.Notice, kind=st.just("review")),
    made(e.RunStarted),
]
ANY = st.lists(st.one_of(*MESSAGES, *OTHERS), max_size=40)
END = e.RunFinished(status="done")


@given(ANY)
def test_any_prefix_of_anything_can_be_folded_and_has_a_result(events):
    for length in range(len(events) + 1):
        transcript = Transcript.of([*events[:length], END])
        assert transcript.result().text == transcript.text


@given(ANY)
def test_the_answer_is_never_what_is_none_of_it_or_was_taken_back(events):
    transcript = Transcript.of(events)
    answer = transcript.answer
    assert answer is None or (answer.answer is not False and not answer.superseded and answer.pieces)
    if answer is None:
        assert (transcript.text, transcript.model) == ("", "")


@given(ANY)
def test_what_is_open_began_and_has_not_ended_since(events):
    begun = {}
    for event in events:
        if event.type in ("node.started", "message.started", "tool.started"):
            begun[span_of(event)] = event
        elif event.type in ("node.finished", "message.finished", "tool.finished"):
            begun.pop(span_of(event), None)
    assert Transcript.of(events).open == begun


@given(ANY)
def test_a_citation_stands_unless_its_message_was_taken_back_last(events):
    transcript = Transcript.of(events)
    gone = {}
    for event in events:
        if isinstance(event, e.MessageStarted | e.MessageSuperseded):
            gone[event.message_id] = isinstance(event, e.MessageSuperseded)
    told = [event for event in events if isinstance(event, e.Citation)]
    assert list(transcript.citations) == [event for event in told if not gone.get(event.message_id)]
    places = [(one.message_id, one.document) for one in transcript.citations]
    assert [(one.message_id, one.document) for one in transcript.sources] == list(dict.fromkeys(places))


def told(message):
    return (message.text, message.calls, message.superseded, message.finished)


@given(st.lists(st.one_of(*MESSAGES), max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_independent_messages_does_not_matter(events, random):
    by_message = {}
    for event in events:
        by_message.setdefault(event.message_id, []).append(event)
    mixed, waiting = [], [list(reversed(one)) for one in by_message.values()]
    while waiting := [one for one in waiting if one]:
        mixed.append(random.choice(waiting).pop())
    before, after = Transcript.of(events).messages, Transcript.of(mixed).messages
    assert {key: told(one) for key, one in before.items()} == {key: told(one) for key, one in after.items()}


@given(st.lists(st.one_of(*MESSAGES), max_size=40))
def test_words_in_turn_are_those_of_the_messages_and_never_shuffled(events):
    transcript, said = Transcript(), []
    words = AnswerWords(transcript)
    given = {key: [""] for key in "abc"}  # of each form of a message
    for event in events:
        transcript.add(event)
        said += words.add(event)
        if isinstance(event, e.MessageStarted):
            given[event.message_id].append("")
        elif isinstance(event, e.MessageDelta):
            given[event.message_id][-1] += event.text
    said += words.rest()
    for key, message in transcript.messages.items():
        printed = "".join(text for whose, text in said if whose == key)
        assert message.answer is False or message.superseded or printed.endswith(message.text)
        assert printed in "".join(given[key]) or len(given[key]) > 2


def test_a_speaker_is_not_interrupted():
    transcript = Transcript()
    words, said = AnswerWords(transcript), []
    for event in [
        e.MessageStarted(message_id="a"),
        e.MessageStarted(message_id="b"),
        e.MessageDelta(message_id="a", text="One "),
        e.MessageDelta(message_id="b", text="Three "),
        e.MessageDelta(message_id="a", text="two."),
        e.MessageDelta(message_id="b", text="four."),
        e.MessageFinished(message_id="a"),
        e.MessageFinished(message_id="b"),
    ]:
        transcript.add(event)
        said += words.add(event)
    assert said == [("a", "One "), ("a", "two."), ("b", "Three four.")]


def test_words_of_other_nodes_are_kept_only_where_they_are_asked_for():
    events = [e.MessageStarted(message_id="m", answer=False), e.MessageDelta(message_id="m", text="route")]
    lean, whole = Transcript(), Transcript(asides=True)
    for event in events:
        lean.add(event)
        whole.add(event)
    assert [one.messages["m"].text for one in (lean, whole)] == ["", "route"]
    assert (lean.text, whole.text) == ("", "")
    assert lean.is_aside("m")


def test_an_id_that_begins_again_is_another_message_and_the_last():
    transcript = Transcript()
    for event in [
        e.MessageStarted(message_id="a"),
        e.MessageDelta(message_id="a", text="old"),
        e.ToolArguments(tool_call_id="c", message_id="a"),
        e.MessageStarted(message_id="b"),
        e.MessageDelta(message_id="b", text="other"),
        e.MessageSuperseded(message_id="a", reason="repair"),
        e.MessageStarted(message_id="a", attempt=2),
        e.MessageDelta(message_id="a", text="new"),
    ]:
        transcript.add(event)
    assert list(transcript.messages) == ["b", "a"]
    assert (transcript.text, transcript.answer.calls, transcript.answer.attempt) == ("new", [], 2)


def test_a_node_is_told_by_its_task_and_else_by_its_path():
    assert node_key(e.NodeStarted(node="n", task_id="t")) == node_key(e.NodeFinished(node="n", task_id="t"))
    paths = [((), "a"), (("a",), "b"), (("b",), "a"), (("a", "b"), "c")]
    assert len({node_key(e.NodeStarted(node=node, ns=ns)) for ns, node in paths}) == len(paths)


def test_a_message_that_ended_holds_its_words_as_one():
    transcript = Transcript.of(
        [
            e.MessageStarted(message_id="m"),
            *(e.MessageDelta(message_id="m", text=f"{n} ") for n in range(100)),
            e.MessageFinished(message_id="m"),
        ]
    )
    assert len(transcript.messages["m"].pieces) == 1
    assert transcript.text.split() == [str(n) for n in range(100)]


def test_what_was_taken_back_is_not_the_answer():
    said = [e.MessageStarted(message_id="a"), e.MessageDelta(message_id="a", text="kept"), END]
    gone = [e.MessageStarted(message_id="b"), e.MessageDelta(message_id="b", text="gone")]
    taken_back = e.MessageSuperseded(message_id="b", reason="retry")
    assert Transcript.of([*said, *gone]).text == "gone"
    assert Transcript.of([*said, *gone, taken_back]).text == "kept"
    assert Transcript.of([*gone, taken_back]).answer is None
