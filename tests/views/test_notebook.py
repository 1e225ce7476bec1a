"""A run takes one output of a notebook, and is decided on by its buttons."""

import asyncio
import base64
import io
import json
import re
import time
from contextlib import redirect_stdout

import pytest
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from mainstem import Policy, Session, Settings, guarded, laws, watch
from mainstem.models.scripted.model import ScriptedModel
from mainstem.stream import events as e
from mainstem.views import notebook
from mainstem.views.view import View

from ..waiting import eventually

ASK = {"messages": [{"role": "user", "content": "?"}]}


def graph_of(node):
    return StateGraph(MessagesState).add_node("speak", node).add_edge(START, "speak").compile()


def speaking(*turns):
    model = ScriptedModel(turns=list(turns))

    async def speak(state: MessagesState):
        return {"messages": [await model.ainvoke("?")]}

    return graph_of(speak)


class Cell:
    """What IPython's `display` returns."""

    def __init__(self, first):
        self.contents = [first]

    def update(self, content, *, raw):
        assert raw
        self.contents.append(content)


@pytest.fixture
def cell(monkeypatch):
    shown = []

    def display(content):
        shown.append(Cell(content))
        return shown[-1]

    monkeypatch.setattr(notebook, "_in_notebook", lambda: True)
    monkeypatch.setattr(notebook, "_display", display)
    return shown


async def test_one_output_is_updated_a_few_times(cell):
    graph = speaking([{"words": "word " * 200, "delay": 0.005}])
    began = time.monotonic()
    result = await notebook.show(watch(graph, ASK))
    elapsed = time.monotonic() - began
    (only,) = cell
    lengths = [len(content["text/plain"]) for content in only.contents]
    assert result.text in only.contents[-1]["text/plain"]
    assert len(set(lengths)) > 2, "the answer did not grow"
    assert len(lengths) <= elapsed / notebook.RATE.frame + 4


async def test_a_cancelled_cell_stops_its_run_and_keeps_what_was_said(cell):
    run = watch(speaking([{"words": "one two three " * 50, "delay": 0.05}]), ASK)
    showing = asyncio.create_task(notebook.show(run))
    await eventually(lambda: cell and "one" in cell[0].contents[-1]["text/plain"])
    showing.cancel()
    await asyncio.wait([showing])
    assert showing.cancelled()
    assert (await run.result()).status == "stopped"
    assert "one" in cell[0].contents[-1]["text/plain"]
    assert "stopped" in cell[0].contents[-1]["text/plain"]


def careful():
    """A graph that asks about two calls, in LangChain's form, and says what was decided."""

    def ask(state: MessagesState):
        calls = [{"name": "save", "args": {"file": "a"}}, {"name": "send", "args": {}}]
        reviews = [
            {"action_name": "save", "allowed_decisions": ["approve", "edit", "reject"]},
            {"action_name": "send", "allowed_decisions": ["approve", "reject"]},
        ]
        answer = interrupt({"action_requests": calls, "review_configs": reviews})
        return {"messages": [AIMessage(json.dumps(answer["decisions"]))]}

    builder = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
    return builder.compile(checkpointer=InMemorySaver())


@pytest.fixture
def widgets(monkeypatch):
    pytest.importorskip("ipywidgets", reason="the group notebook is not installed")
    shown = []
    monkeypatch.setattr(notebook, "_display_widget", shown.append)
    return shown


def within(widget, kind):
    found = [widget] if type(widget).__name__ == kind else []
    return [*found, *(one for child in getattr(widget, "children", ()) for one in within(child, kind))]


async def test_calls_are_approved_edited_and_rejected_by_buttons(cell, widgets):
    result = await notebook.show(watch(careful(), ASK))
    assert result.status == "interrupted"
    approve_save, reject_save, _, reject_send = within(widgets[0], "Button")
    area, fixed = within(widgets[0], "Textarea")
    assert json.loads(area.value) == {"file": "a"}
    assert (area.disabled, fixed.disabled) == (False, True)
    area.value = "no JSON"
    approve_save.click()
    assert any("no JSON object" in label.value for label in within(widgets[0], "Label"))
    area.value = '{"file": "b"}'
    approve_save.click()
    assert reject_save.disabled
    assert cell[1].contents[-1]["text/plain"] == "", "it went on before all was decided"
    reject_send.click()
    edit = {"type": "edit", "edited_action": {"name": "save", "args": {"file": "b"}}}
    await eventually(lambda: "reject" in cell[1].contents[-1]["text/plain"])
    assert json.dumps([edit, {"type": "reject"}]) in cell[1].contents[-1]["text/plain"]


async def test_a_call_is_answered_in_the_tools_place(cell, widgets):
    def ask(state: MessagesState):
        review = {"action_name": "send", "allowed_decisions": ["respond"]}
        answer = interrupt({"action_requests": [{"name": "send", "args": {}}], "review_configs": [review]})
        return {"messages": [AIMessage(json.dumps(answer["decisions"]))]}

    builder = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
    await notebook.show(watch(builder.compile(checkpointer=InMemorySaver()), ASK))
    (respond,) = within(widgets[0], "Button")
    _, answer = within(widgets[0], "Textarea")
    answer.value = "She knows."
    respond.click()
    await eventually(lambda: "She knows." in cell[1].contents[-1]["text/plain"])
    assert json.dumps([{"type": "respond", "message": "She knows."}]) in cell[1].contents[-1]["text/plain"]


LASTING = [("always", {"type": "approve", "scope": "thread"}), ("flag", {"type": "approve", "flag": "flagged"})]


@pytest.mark.parametrize(("button", "decision"), LASTING, ids=["always", "flag"])
async def test_an_approval_is_for_the_thread_or_flagged(cell, widgets, button, decision):
    more = {"scopes": ["call", "thread"]} if button == "always" else {"flags": True}

    def ask(state: MessagesState):
        review = {"action_name": "send", "allowed_decisions": ["approve"], **more}
        answer = interrupt({"action_requests": [{"name": "send", "args": {}}], "review_configs": [review]})
        return {"messages": [AIMessage(json.dumps(answer["decisions"]))]}

    builder = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
    await notebook.show(watch(builder.compile(checkpointer=InMemorySaver()), ASK))
    _, lasting = within(widgets[0], "Button")
    assert lasting.description.lower().startswith(button)
    lasting.click()
    await eventually(lambda: json.dumps([decision]) in cell[1].contents[-1]["text/plain"])


async def test_nothing_is_hidden_in_the_arguments_that_are_decided_on(cell, widgets):
    args = {"to": "Ann\u202eboB\x9b8m\u2066", "\u200fcopies": 1}

    def ask(state: MessagesState):
        answer = interrupt({"action_requests": [{"name": "send", "args": args}], "review_configs": []})
        return {"messages": [AIMessage(json.dumps(answer["decisions"]))]}

    builder = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
    await notebook.show(watch(builder.compile(checkpointer=InMemorySaver()), ASK))
    area = within(widgets[0], "Textarea")[0]
    assert area.value.replace("\n", "").isprintable()
    assert json.loads(area.value) == args


async def test_words_that_are_held_are_shown_to_who_decides(cell, widgets, tmp_path):
    rival = Policy(name="rival", words=("Acme Ltd",), action="review")
    model = guarded(ScriptedModel(turns=[[{"words": "We make them. So does Acme Ltd."}]]), policies=[rival])

    async def speak(state: MessagesState):
        return {"messages": [await model.ainvoke("?")]}

    async with Session(Settings(home=tmp_path), graph=graph_of(speak)) as session:
        await notebook.show(session.start(ASK, thread="t"))
        assert "Acme" not in str(cell[0].contents)  # what is kept of the cell is for everybody
        assert json.loads(within(widgets[0], "Textarea")[0].value)["text"] == "Acme Ltd."
        within(widgets[0], "Button")[0].click()
        await eventually(lambda: "Acme Ltd." in cell[1].contents[-1]["text/plain"])


async def test_dollar_signs_make_no_formula_of_an_answer(cell):
    def speak(state: MessagesState):
        return {"messages": [AIMessage("It costs $5, see [here](http://a.test), or $6.")]}

    await notebook.show(watch(graph_of(speak), ASK))
    before, wrapper, after = cell[0].contents[-1]["text/html"].partition('<div class="tex2jax_ignore mathjax_ignore">')
    inside = after.partition("</div>")[0]
    assert wrapper
    assert inside.count("$") == 2
    assert "http://a.test" in inside
    assert "$" not in before


async def test_what_is_no_approval_has_no_buttons(cell, widgets):
    def ask(state: MessagesState):
        interrupt({"question": "Where to?"})

    builder = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
    await notebook.show(watch(builder.compile(checkpointer=InMemorySaver()), ASK))
    assert widgets == []
    assert "show(run.resume(" in cell[0].contents[-1]["text/plain"]


async def test_words_of_a_model_cannot_act(cell):
    def speak(state: MessagesState):
        text = "<script>alert(1)</script> ![x](http://a.test/x) [here](http://b.test) \x1b[31m\n\n[1]: http://c.test"
        return {"messages": [AIMessage(text)]}

    await notebook.show(watch(graph_of(speak), ASK))
    html = cell[0].contents[-1]["text/html"]
    assert "<script" not in html
    assert "<img" not in html
    assert "<a " not in html
    assert "\x1b" not in html
    assert "http://b.test" in html
    assert "http://c.test" in html


async def test_names_of_a_graph_cannot_act(cell):
    builder = StateGraph(MessagesState).add_node("<b>bold</b>", lambda state: {}).add_edge(START, "<b>bold</b>")
    await notebook.show(watch(builder.compile(), ASK))
    assert "<b>" not in cell[0].contents[-1]["text/html"]
    assert "&lt;b&gt;bold" in cell[0].contents[-1]["text/html"]


async def test_a_failure_is_shown(cell):
    def speak(state: MessagesState):
        raise ValueError("that went wrong")

    result = await notebook.show(watch(graph_of(speak), ASK))
    assert result.status == "failed"
    assert "that went wrong" in cell[0].contents[-1]["text/plain"]


async def test_outside_of_a_notebook_the_terminal_shows_it():
    said = io.StringIO()
    with redirect_stdout(said):
        result = await notebook.show(watch(speaking("Plain words."), ASK))
    assert result.text == "Plain words."
    assert "Plain words." in said.getvalue()
    assert "speak" in said.getvalue()


def test_an_empty_view_is_something_to_show():
    assert notebook.bundle(View(), 0.0) == {"text/html": "", "text/plain": ""}


@pytest.mark.parametrize(("kind", "mark"), [("ungrounded", "!"), ("review", "✓")])
def test_an_ungrounded_answer_bears_no_tick(kind, mark):
    view = View()
    ended = e.NodeFinished(node="verify", seconds=1, wrote=("citations",))
    told = e.Notice(node="verify", kind=kind, text="Nothing vouches for it.")
    for seq, event in enumerate([e.NodeStarted(node="verify"), told, ended, e.RunFinished(status="done")], 1):
        view.add(event.model_copy(update={"seq": seq, "run_id": "r"}))
    lines = re.sub(r"<[^>]+>", "", notebook.bundle(view, 0.0)["text/html"]).splitlines()
    assert [line.split()[0] for line in lines if "verify" in line] == [mark]
    assert any("Nothing vouches for it." in line for line in lines)


def test_a_chart_is_a_picture_with_its_query():
    view = View()
    svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    drawn = {"svg": svg, "chart": 'a bar chart of "n" by <b>', "sql": "SELECT '<b>'", "columns": [], "rows": []}
    place = {"run_id": "r", "tool_call_id": "c"}
    view.add(e.ToolStarted(seq=1, at=0.0, name="draw_chart", args={}, **place))
    view.add(e.ToolFinished(seq=2, at=0.1, status="ok", seconds=0.1, summary="Drawn.", artifact=drawn, **place))
    html = notebook.bundle(view, 0.0)["text/html"]
    assert "<script" not in html
    assert 'alt="Chart: a bar chart of &quot;n&quot; by &lt;b&gt;"' in html
    assert "SELECT &#x27;&lt;b&gt;&#x27;" in html
    source = html.partition('src="data:image/svg+xml;base64,')[2].partition('"')[0]
    assert base64.b64decode(source).decode() == svg


@pytest.mark.parametrize("what", ["What is a law?", None])
async def test_what_is_no_run_is_refused_in_a_line(what):
    with pytest.raises(TypeError, match=r"takes the run that session\.ask"):
        await notebook.show(what)


async def test_a_run_as_a_cells_last_line_says_which_it_is_and_how_it_ended():
    run = watch(speaking("Plain words."), ASK)
    assert repr(run) == f"<Run {run.run_id}: going on>"
    await run.result()
    assert repr(run) == f"<Run {run.run_id}: done>"


def test_a_report_of_the_laws_as_a_cells_last_line_is_its_table():
    report = laws.Report((laws.Law(1, "End", "broken", "<b>"),))
    shown = report._repr_mimebundle_()
    assert shown["text/plain"] == str(report)
    assert shown["text/html"].endswith("broken: &lt;b&gt;</pre>")
