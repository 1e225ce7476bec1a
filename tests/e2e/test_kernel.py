"""A real kernel that is interrupted in the middle of an answer."""

import queue
import time
from contextlib import suppress

import pytest

SPEAK = """
from langgraph.graph import START, MessagesState, StateGraph
from mainstem import watch
from mainstem.notebook import show
from mainstem.testing import ScriptedModel

model = ScriptedModel(turns=[[{"words": "one two three " * 200, "delay": 0.05}]])

async def speak(state: MessagesState):
    return {"messages": [await model.ainvoke("?")]}

graph = StateGraph(MessagesState).add_node("speak", speak).add_edge(START, "speak").compile()
run = watch(graph, {"messages": [("user", "?")]})
await show(run)
"""
PATIENCE = 60.0


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    pytest.importorskip("ipykernel", reason="the group notebook is not installed")
    manager = pytest.importorskip("jupyter_client.manager", reason="the group notebook is not installed")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    started, client = manager.start_new_kernel(kernel_name="python3")
    yield started, client
    client.stop_channels()
    started.shutdown_kernel(now=True)


def shown_until(client, found):
    """The last text that was shown, as soon as `found` says so of it."""
    until = time.monotonic() + PATIENCE
    text = ""
    while time.monotonic() < until:
        try:
            said = client.get_iopub_msg(timeout=1.0)
        except queue.Empty:
            continue
        data = said["content"].get("data") or {}
        text = data.get("text/plain", text)
        if found(said, text):
            return text
    raise AssertionError(f"not seen within {PATIENCE} s; the last was: {text[:200]}")


def traceback_of(client):
    """The traceback of the next error."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(queue.Empty):
            said = client.get_iopub_msg(timeout=1.0)
            if said["msg_type"] == "error":
                return said["content"]["traceback"]
    raise AssertionError("there was no error")


def test_interrupting_the_kernel_stops_the_run_and_keeps_what_was_said(kernel):
    manager, client = kernel
    client.execute(SPEAK, stop_on_error=False)
    shown_until(client, lambda said, text: "one two" in text)
    manager.interrupt_kernel()
    shown_until(client, lambda said, text: "stopped" in text)
    traceback = traceback_of(client)
    assert traceback == ["Interrupted: the run was stopped, and what it said is kept."]
    client.execute("print((await run.result()).status)")
    shown_until(client, lambda said, text: said["content"].get("text") == "stopped\n")


def test_a_result_as_the_last_line_is_not_shown_once_more(kernel):
    _, client = kernel
    client.execute(SPEAK.replace("* 200", "* 2").replace("await show(run)", "result = await show(run)\nresult"))
    said = messages_of_cell(client)
    assert [one["msg_type"] for one in said].count("display_data") == 1
    assert "execute_result" not in [one["msg_type"] for one in said]
    client.execute("result")
    again = messages_of_cell(client)
    assert ["one two" in one["content"]["data"]["text/plain"] for one in again if "data" in one["content"]] == [True]


def messages_of_cell(client):
    """What the cell that runs sends, until the kernel is idle again."""
    said, until = [], time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(queue.Empty):
            said.append(client.get_iopub_msg(timeout=1.0))
            if said[-1]["content"].get("execution_state") == "idle":
                return said
    raise AssertionError("the cell does not end")
