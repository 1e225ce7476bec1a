import asyncio
import io
import re
import threading
from typing import Annotated, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import StateGraph
from langgraph.graph.message import add_messages
from rich.console import Console

from mainstem import text, watch
from mainstem.stream import events as e
from mainstem.stream.transcript import TranscriptMessage
from mainstem.views import rendering, terminal
from mainstem.views.activity import account, activity
from mainstem.views.rows import AnswerRow, InterruptRow, NodeRow, ProgressRow, SideTextRow, SupersededRow, ToolCallRow
from mainstem.views.screen import Screen, settled
from mainstem.views.view import View

HEIGHT = 12


class Tty(io.StringIO):
    """As much of a terminal as Rich needs: lines, a cursor, and a note when it was sent above the visible screen."""

    def __init__(self):
        super().__init__()
        self.lines, self.row, self.column, self.above = [""], 0, 0, False
        self.left_below = []

    def write(self, text):
        for code, plain_text in re.findall(r"(\x1b\[[0-9;?]*[A-Za-z]|\r|\n)|([^\x1b\r\n]+)", text):
            if plain_text:
                line = self.lines[self.row].ljust(self.column)
                self.lines[self.row] = line[: self.column] + plain_text + line[self.column + len(plain_text) :]
                self.column += len(plain_text)
            elif code == "\n":
                self.row, self.column = self.row + 1, 0
                self.lines += [""] * (self.row + 1 - len(self.lines))
            elif code == "\r":
                self.column = 0
            elif code.endswith("A"):
                self.row -= int(code[2:-1] or 1)
                self.above = self.above or self.row < len(self.lines) - HEIGHT
            elif code == "\x1b[2K":
                self.lines[self.row] = ""
        return len(text)

    def isatty(self):
        return True

    @property
    def shown(self):
        return "\n".join(line.rstrip() for line in self.lines)


def tty_console():
    tty = Tty()
    return tty, Console(file=tty, force_terminal=True, width=60, height=HEIGHT, color_system=None, legacy_windows=False)


def numbered(*events):
    return [event.model_copy(update={"seq": n, "at": event.at or n / 10}) for n, event in enumerate(events, 1)]


def seen(*events):
    view = View()
    for event in numbered(*events):
        view.add(event)
    return view


def kinds(view, kind):
    return [row for row in view.rows.values() if isinstance(row, kind)]


def words(message_id, *texts):
    return [e.MessageDelta(message_id=message_id, text=text, first_at=0.5) for text in texts]


def test_a_node_becomes_a_row_that_ends():
    view = seen(
        e.NodeStarted(node="plan", task_id="t"), e.NodeFinished(node="plan", task_id="t", seconds=0.3, wrote=())
    )
    assert [(row.node, row.ended, row.seconds) for row in kinds(view, NodeRow)] == [("plan", True, 0.3)]


def test_the_same_node_twice_is_two_rows():
    pair = [e.NodeStarted(node="plan"), e.NodeFinished(node="plan", seconds=1, wrote=())]
    assert [row.ended for row in kinds(seen(*pair, *pair), NodeRow)] == [True, True]


@pytest.mark.parametrize(("status", "mark"), [("stopped", "■"), ("failed", "■"), ("done", "✓")])
def test_a_step_that_was_cut_short_bears_no_tick(status, mark):
    pair = e.NodeStarted(node="plan"), e.NodeFinished(node="plan", seconds=1)
    view = seen(*pair, e.RunFinished(status=status))
    assert [rendering.draw(row, 0).plain for row in kinds(view, NodeRow)] == [f"{mark} plan  1.0 s"]


def test_an_ungrounded_answer_bears_no_tick():
    began, ended = e.NodeStarted(node="verify"), e.NodeFinished(node="verify", seconds=1, wrote=("citations",))
    view = seen(began, e.Notice(node="verify", kind="ungrounded", text="Nothing vouches for it."), ended)
    assert [rendering.draw(row, 0).plain for row in kinds(view, NodeRow)] == ["! verify  1.0 s"]


def test_a_step_that_does_not_say_what_it_wrote_has_ended_when_the_run_goes_on():
    pair = e.NodeStarted(node="plan"), e.NodeFinished(node="plan", seconds=1)
    view = seen(*pair, e.NodeStarted(node="act"), e.RunFinished(status="stopped"))
    assert [rendering.draw(row, 0).plain[0] for row in kinds(view, NodeRow)] == ["✓", "■"]


def test_indexing_that_was_stopped_bears_no_tick():
    view = seen(e.Progress(label="b.md", done=3, total=16, unit="files"), e.RunFinished(status="stopped"))
    assert rendering.draw(kinds(view, ProgressRow)[0], 0).plain.startswith("■ b.md ")


def test_a_subgraphs_nodes_are_indented():
    view = seen(e.NodeStarted(node="outer", task_id="1"), e.NodeStarted(node="inner", task_id="2", ns=("outer:1",)))
    assert [row.depth for row in kinds(view, NodeRow)] == [0, 1]


def test_a_call_moves_from_being_written_to_where_it_runs():
    view = seen(
        e.ToolArguments(tool_call_id="c", name="add", text='{"a"'),
        e.NodeStarted(node="tools", task_id="t"),
        e.ToolStarted(tool_call_id="c", name="add", args={"a": 1}, task_id="t"),
        e.Progress(tool_call_id="c", label="adding", done=1, total=4),
    )
    assert [type(row) for row in view.rows.values()] == [NodeRow, ToolCallRow]
    call = kinds(view, ToolCallRow)[0]
    assert (call.state, call.args, call.depth, call.progress.total) == ("running", {"a": 1}, 1, 4)


def test_a_running_call_shows_how_far_it_is_and_the_last_line_of_its_output():
    view = seen(
        e.ToolStarted(tool_call_id="c", name="query"),
        e.ToolOutput(tool_call_id="c", text="harbour | boats\nSouth | 12\n"),
        e.Progress(tool_call_id="c", label="rows", done=1, unit="rows"),
    )
    assert rendering.draw(kinds(view, ToolCallRow)[0], 0).plain.strip() == "⠋ query()  0.0 s  rows 1 rows  South | 12"


def test_a_call_that_never_ran_leaves_with_the_run():
    view = seen(e.ToolArguments(tool_call_id="c", name="add", text="{"), e.RunFinished(status="interrupted"))
    assert not view.rows


def test_superseded_words_are_withdrawn_with_their_citations():
    citation = {"marker": "[1]", "document": "a.md", "locator": e.Locator(start=0, end=1), "quote": "q"}
    view = seen(
        e.MessageStarted(message_id="m1"),
        *words("m1", "wrong"),
        e.Citation(message_id="m1", **citation),
        e.MessageSuperseded(message_id="m1", reason="retry"),
        e.MessageStarted(message_id="m2", attempt=2),
        *words("m2", "right"),
        e.Citation(message_id="m2", **citation),
    )
    assert view.answer.text == "right"
    assert [row.reason for row in kinds(view, SupersededRow)] == ["retry"]
    assert [found.message_id for found in view.citations] == ["m2"]


def test_words_that_are_restated_under_their_id_count_again():
    view = seen(
        e.MessageStarted(message_id="m"),
        *words("m", "with a secret"),
        e.MessageSuperseded(message_id="m", reason="repair"),
        e.MessageStarted(message_id="m", attempt=2),
        *words("m", "masked"),
    )
    assert view.answer.text == "masked"


def test_words_of_other_nodes_are_an_aside_and_never_the_answer():
    view = seen(
        e.MessageStarted(message_id="m", answer=False), *words("m", "route: a"), e.MessageFinished(message_id="m")
    )
    assert view.answer is None
    assert [(row.kind, row.tail, row.ended) for row in kinds(view, SideTextRow)] == [("words", "route: a", True)]


def test_reasoning_keeps_its_end_only():
    view = seen(*(e.MessageReasoning(message_id="m", text=f"thought {n}\n") for n in range(1000)))
    aside = kinds(view, SideTextRow)[0]
    assert aside.tail.endswith("thought 999\n")
    assert len(aside.tail) < 1000


def test_the_answer_is_the_last_message_without_calls():
    view = seen(
        e.MessageStarted(message_id="m1"),
        *words("m1", "It is 3."),
        e.MessageStarted(message_id="m2"),
        *words("m2", "Let me check."),
        e.ToolArguments(tool_call_id="c", message_id="m2"),
    )
    assert view.answer.text == "It is 3."


def test_progress_of_no_node_is_work_that_ends_at_its_total():
    view = seen(e.Progress(label="a.md", done=1, total=2), e.Progress(label="b.md", done=2, total=2))
    assert [(row.progress.label, row.ended) for row in kinds(view, ProgressRow)] == [("b.md", True)]


def test_a_token_costs_the_same_in_a_long_answer():
    view = seen(e.MessageStarted(message_id="m"))
    row = kinds(view, AnswerRow)[0]
    for event in words("m", *("word " for _ in range(1000))):
        view.add(event)
    assert kinds(view, AnswerRow)[0] is row  # appended to, not replaced


def test_every_event_can_be_taken():
    for kind in e.KINDS:
        fields = {
            name: value
            for name, value in {"message_id": "m", "tool_call_id": "c", "text": "x", "interrupt_id": "i"}.items()
            if name in kind.model_fields
        }
        needed = {"mode": "custom", "kind": "k", "status": "done", "from_seq": 1, "to_seq": 2, "reason": "retry"}
        needed |= {"marker": "[1]", "document": "d", "locator": e.Locator(start=0, end=1), "quote": "q"}
        required = {n: needed[n] for n, info in kind.model_fields.items() if info.is_required() and n in needed}
        view = View()
        view.add(kind(**fields, **required))
        assert view.changes == 1


# drawing


def test_what_a_model_says_cannot_command_the_terminal():
    assert text.printable("a\x1b[2Jb\x07\x9bc\u202ed\n\te") == "a[2Jbcd\n\te"
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None)
    console.print(rendering.as_markdown("**x** \x1b]0;title\x07"))
    assert "\x1b]0" not in console.file.getvalue()


def test_html_in_an_answer_is_shown_as_it_was_written():
    console = Console(file=io.StringIO(), width=60)
    console.print(rendering.as_markdown("A List<int> and </kbd>.\n\n<div>\nblock\n</div>"))
    assert all(part in console.file.getvalue() for part in ("List<int>", "</kbd>", "<div>"))


@given(st.text(alphabet=st.sampled_from(list("ab \n#*_`~[]()<>!|-1.&\\k/d:")), max_size=80))
def test_no_words_break_the_drawing(text):
    Console(file=io.StringIO(), width=20).print(rendering.as_markdown(text))


def test_a_line_of_numbers():
    end = e.RunFinished(
        status="halted",
        reason="budget",
        usage={"input_tokens": 1200, "output_tokens": 34, "total_tokens": 1234},
        cost=0.0123,
        seconds=2.34,
    )
    said = TranscriptMessage(e.MessageStarted(message_id="m", model="gpt-5"))
    said.finished = e.MessageFinished(message_id="m", tokens_per_second=84.4)
    line = rendering.numbers(end, AnswerRow("k", 0, 0.0, said), 0.31, "t1").plain
    assert line == (
        "halted (budget) · gpt-5 · first token 0.31 s · 84 tokens/s · 1,200 tokens in, 34 out"
        " · $0.0123 · 2.3 s · thread t1"
    )


@pytest.mark.parametrize(
    ("cost", "shown"),
    [(0.0, "$0"), (0.000027, "$0.000027"), (2.7e-8, "$0.000000027"), (0.0099, "$0.0099"), (1.5, "$1.5000")],
)
def test_a_small_cost_is_not_none(cost, shown):
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    line = rendering.numbers(e.RunFinished(status="done", usage=usage, cost=cost), None, None, None).plain
    assert shown in line.split(" · ")


def test_what_is_asked_is_shown():
    request = {"action_requests": [{"name": "save_note", "args": {"title": "x"}}]}
    row = InterruptRow("k", 0, 0.0, e.Interrupt(interrupt_id="i", request=request))
    assert 'save_note(title="x")' in rendering.draw(row, 0).plain


def test_a_citation_that_does_not_support_its_sentence_is_marked():
    found = e.Citation(
        message_id="m",
        marker="[2]",
        document="a.pdf",
        locator=e.Locator(page=3, start=0, end=1),
        quote="so\nit is",
        answer_start=4,
        answer_end=18,
        verdict="unsupported",
    )
    assert [line.plain for line in rendering.citation_lines([found], {"m": "Yes. It is so [2]. No."})] == [
        "[2] a.pdf, page 3  ✗ unsupported: “It is so [2].”  “so it is”"
    ]
    assert "✗ unsupported: its sentence" in next(iter(rendering.citation_lines([found]))).plain


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (e.Progress(label="z.md", done=16, total=16, unit="files"), "✓ indexed  ━━━━━━━━━━━━━━━━━━━━ 16/16 files"),
        (e.Progress(label="rendering", done=2, total=2, unit="pages"), "✓ rendering  ━━━━━━━━━━━━━━━━━━━━ 2/2 pages"),
    ],
)
def test_work_that_is_done_says_what_it_was(progress, line):
    (row,) = kinds(seen(progress), ProgressRow)
    assert rendering.draw(row, 0).plain == line


# the screen


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("one\n\ntwo", "two"),
        ("one\n\ntwo\n\n", "two\n\n"),
        ("one\n\n  indented", "one\n\n  indented"),
        ("```\na\n\nb\n\n", "```\na\n\nb\n\n"),
        ("```\na\n\nb\n```\n\nafter", "after"),
        ("~~~\n```\n\nx", "~~~\n```\n\nx"),
        ("- a\n\n  of a\n\nnext", "next"),
    ],
)
def test_only_finished_blocks_are_settled(text, rest):
    assert text[settled(text) :] == rest


def draw_all(console, events):
    view, screen = View(), Screen(console)
    for event in numbered(*events):
        view.add(event)
        screen.draw(tuple(view.rows.values()), event.at)
        if isinstance(console.file, Tty):
            console.file.left_below.append(len(console.file.lines) - 1 - console.file.row)
    screen.close(view)


def long_answer():
    for n in range(30):
        yield from words("m", f"## Part {n}\n\n", f"The words of part {n}, ", "and more of them.\n\n", "- an item\n\n")


def test_a_long_answer_is_printed_once_and_in_order():
    tty, console = tty_console()
    events = [
        e.RunStarted(thread_id="t1"),
        e.NodeStarted(node="plan", task_id="1"),
        e.NodeFinished(node="plan", task_id="1", seconds=0.1, wrote=()),
        e.NodeStarted(node="answer", task_id="2"),
        e.MessageStarted(message_id="m"),
        *long_answer(),
        e.MessageFinished(message_id="m"),
        e.NodeFinished(node="answer", task_id="2", seconds=0.1),
        e.RunFinished(status="done", seconds=1),
    ]
    draw_all(console, events)
    assert re.findall(r"The words of part (\d+), and more of them.", tty.shown) == [str(n) for n in range(30)]
    assert tty.shown.index("plan") < tty.shown.index("Part 0") < tty.shown.index("answer  0.1 s")
    assert tty.shown.count("answer") == 1
    assert not tty.above
    assert max(tty.left_below) <= 2, "the moving part jumped up"
    assert tty.shown.rstrip().endswith("thread t1")


def test_what_the_terminal_echoes_leaves_no_line_behind():
    tty, console = tty_console()
    view, screen = View(), Screen(console)
    for event in numbered(e.NodeStarted(node="plan"), e.MessageStarted(message_id="m"), *words("m", "word " * 30)):
        view.add(event)
        screen.draw(tuple(view.rows.values()), event.at)
        assert (tty.column, tty.lines[tty.row]) == (0, "")  # ^C is echoed here and wraps no line
    view.add(e.RunFinished(status="stopped"))
    screen.close(view)
    assert tty.shown.count("plan") == 1


def test_a_block_that_outgrows_the_screen_is_whole_at_its_end():
    tty, console = tty_console()
    code = ["```python\n", *(f"line{n} = 1\n" for n in range(30)), "```\n\n", "After it.\n\n", "And the end."]
    draw_all(console, [e.MessageStarted(message_id="m"), *words("m", *code), e.RunFinished(status="done")])
    assert re.findall(r"line(\d+) = 1", tty.shown) == [str(n) for n in range(30)]
    assert tty.shown.index("line29") < tty.shown.index("After it.") < tty.shown.index("And the end.")
    assert not tty.above


def test_a_short_answer_that_is_withdrawn_leaves_no_word_behind():
    tty, console = tty_console()
    events = [
        e.MessageStarted(message_id="m1"),
        *words("m1", "The wrong words."),
        e.MessageSuperseded(message_id="m1", reason="fallback"),
        e.MessageStarted(message_id="m2"),
        *words("m2", "The right words."),
        e.RunFinished(status="done"),
    ]
    draw_all(console, events)
    assert "wrong" not in tty.shown
    assert "withdrawn (fallback)" in tty.shown
    assert "The right words." in tty.shown


def test_steps_that_outgrow_the_screen_are_kept():
    tty, console = tty_console()
    inner = []
    for n in range(40):
        inner += [
            e.NodeStarted(node=f"inner{n}.", task_id=f"i{n}", ns=("outer:o",)),
            e.NodeFinished(node=f"inner{n}.", task_id=f"i{n}", ns=("outer:o",), seconds=0),
        ]
    draw_all(console, [e.NodeStarted(node="outer", task_id="o"), *inner, e.RunFinished(status="done")])
    assert re.findall(r"inner(\d+)\.", tty.shown) == [str(n) for n in range(40)]
    assert not tty.above


def test_without_a_terminal_only_what_is_final_is_written():
    console = Console(file=io.StringIO(), width=60)
    draw_all(
        console,
        [
            e.NodeStarted(node="plan", task_id="1"),
            e.NodeFinished(node="plan", task_id="1", seconds=0.1, wrote=()),
            e.RunFinished(status="failed", error=e.Error(type="E", message="it broke.", hint="Mend it.")),
        ],
    )
    assert console.file.getvalue() == "✓ plan  0.1 s\nfailed: it broke. Mend it.\nfailed · 0.0 s\n"


# a real run


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def graph_of(node):
    return StateGraph(State).add_node("say", node).set_entry_point("say").compile()


async def say(state):
    return {"messages": [AIMessage("Some **words**.")]}


async def test_show_a_run():
    tty, console = tty_console()
    result = await terminal.show(watch(graph_of(say), {"messages": []}), console)
    assert result.status == "done"
    assert "Some words." in tty.shown
    assert "✓ say" in tty.shown


class Paused(Tty):
    """A terminal that takes nothing (Ctrl-S) until it is let go on."""

    def __init__(self, gate):
        super().__init__()
        self.gate = gate
        self.drawing = threading.Event()

    def write(self, text):
        self.drawing.set()
        self.gate.wait(60)
        return super().write(text)


async def test_a_paused_terminal_does_not_hold_up_the_graph():
    gate, ended = threading.Event(), asyncio.Event()

    async def step(state):
        await asyncio.to_thread(tty.drawing.wait, 60)
        ended.set()

    tty = Paused(gate)
    console = Console(file=tty, force_terminal=True, width=60, height=HEIGHT)
    shown = asyncio.create_task(terminal.show(watch(graph_of(step), {"messages": []}), console))
    try:
        await asyncio.wait_for(ended.wait(), 60)
    finally:
        gate.set()
    assert (await shown).status == "done"


class Gone(Tty):
    def write(self, text):
        raise BrokenPipeError


async def test_a_terminal_that_is_gone_is_told():
    async def forever(state):
        await asyncio.sleep(60)

    run = watch(graph_of(forever), {"messages": []})
    with pytest.raises(BrokenPipeError):
        await asyncio.wait_for(terminal.show(run, terminal.Terminal(file=Gone(), force_terminal=True)), 60)
    assert (await run.stop()).status == "stopped"


# folded: what leads to the answer is one line

FOUND = e.Progress(node="retrieve", task_id="r", label="passages", done=8, total=8, unit="passages")


def a_run():
    """A search, a call that goes well, one that fails, and an answer that is checked."""
    return (
        e.NodeStarted(node="retrieve", task_id="r"),
        FOUND,
        e.NodeFinished(node="retrieve", task_id="r", seconds=0.1, wrote=()),
        e.NodeStarted(node="call_model", task_id="m"),
        e.ToolStarted(tool_call_id="c", name="query_table", args={"sql": "SELECT 1"}, task_id="m"),
        e.ToolFinished(tool_call_id="c", name="query_table", status="ok", seconds=0.1),
        e.ToolStarted(tool_call_id="d", name="read_document", args={"name": "x"}, task_id="m"),
        e.ToolFinished(tool_call_id="d", name="read_document", status="error", summary="no such document"),
        e.MessageStarted(message_id="a", model="gpt-x"),
        *words("a", "It is 3."),
    )


def test_a_folded_run_is_one_line_that_moves():
    tty, console = tty_console()
    view, screen = View(), Screen(console, folded=True)
    shown = []
    for event in numbered(*a_run()):
        view.add(event)
        screen.draw(tuple(view.rows.values()), 1.5)
        shown.append(tty.shown)
    assert re.search(r"^. passages  1\.5 s  ━+ 8/8 passages$", shown[1].strip())
    assert 'query table: sql="SELECT 1"' in shown[4]
    assert "answering" in shown[-1]
    assert "✗ read_document" in shown[-1], "what fails is no plumbing"
    assert "✓" not in shown[-1]
    assert "retrieve" not in shown[-1]


def test_what_a_step_does_is_said_in_peoples_words_before_it_tells_anything():
    view = View()
    view.add(*numbered(e.NodeStarted(node="call_model", task_id="m")))
    assert activity(tuple(view.rows.values())) == "thinking"


def test_tables_that_were_found_are_counted_where_no_passage_was():
    view = View()
    found = e.Progress(node="retrieve", task_id="r", label="tables", done=1, total=1, unit="tables")
    for event in numbered(e.NodeStarted(node="retrieve", task_id="r"), found):
        view.add(event)
    assert account(tuple(view.rows.values())) == "found 1 table"


def test_a_folded_run_ends_with_what_was_done():
    tty, console = tty_console()
    view, screen = View(), Screen(console, folded=True)
    end = (e.MessageFinished(message_id="a"), e.RunFinished(status="done", seconds=2))
    for event in numbered(*a_run(), *end):
        view.add(event)
    screen.close(view)
    lines = [entry.strip() for entry in tty.shown.splitlines() if entry.strip()]
    assert lines[1:3] == ["✓ searched 8 passages · asked gpt-x · 2 tool calls", "It is 3."]


def test_a_folded_run_that_was_stopped_bears_no_tick():
    tty, console = tty_console()
    view, screen = View(), Screen(console, folded=True)
    for event in numbered(e.NodeStarted(node="plan"), e.RunFinished(status="stopped")):
        view.add(event)
    screen.close(view)
    assert "■ 1 step" in tty.shown


def test_a_folded_run_that_failed_bears_no_tick():
    tty, console = tty_console()
    view, screen = View(), Screen(console, folded=True)
    error = e.Error(type="UnreachableError", message="There is no connection to the server.")
    started, finished = e.NodeStarted(node="ask"), e.NodeFinished(node="ask", error=error)
    for event in numbered(started, finished, e.RunFinished(status="failed", error=error)):
        view.add(event)
    screen.close(view)
    assert "✗ 1 step" in tty.shown
    assert "failed: There is no connection to the server." in tty.shown, "a sentence needs no class before it"


def test_a_wide_screen_is_not_filled_with_prose():
    console = Console(file=io.StringIO(), width=300)
    console.print(rendering.as_markdown("word " * 200))
    assert max(len(entry.rstrip()) for entry in console.file.getvalue().splitlines()) <= rendering.PROSE_WIDTH
