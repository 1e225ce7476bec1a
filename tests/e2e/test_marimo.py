"""A real marimo notebook that shows a run."""

import subprocess
import sys

import pytest

NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
async def _():
    from langgraph.graph import START, MessagesState, StateGraph
    from mainstem import watch
    from mainstem.notebook import show

    async def reply(state: MessagesState):
        return {"messages": [("ai", "It left on **Monday**.")]}

    graph = StateGraph(MessagesState).add_node("reply", reply).add_edge(START, "reply").compile()
    await show(watch(graph, {"messages": [("user", "Where is it?")]}))
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.mark.real
def test_a_cell_of_marimo_shows_the_run(tmp_path):
    pytest.importorskip("marimo", reason="the group notebook is not installed")
    (tmp_path / "book.py").write_text(NOTEBOOK)
    command = [sys.executable, "-m", "marimo", "export", "html", "book.py", "--no-include-code", "-o", "book.html"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300, stdin=subprocess.DEVNULL)
    shown = (tmp_path / "book.html").read_text()
    assert "strong&gt;Monday" in shown or "strong>Monday" in shown or "strong\\u003EMonday" in shown
    assert "reply" in shown, "its steps stand there, too"
