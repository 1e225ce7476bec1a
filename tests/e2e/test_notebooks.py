"""The notebooks run as they stand."""

import ast

import pytest

from tests.conftest import ROOT

NOTEBOOKS = ROOT / "notebooks"
EACH = pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
ASK = {"messages": [{"role": "user", "content": "?"}]}


def read(path):
    nbformat = pytest.importorskip("nbformat", reason="the group notebook is not installed")
    return nbformat.read(path, as_version=4)


def code_of(cells):
    return [cell.source for cell in cells if cell.cell_type == "code"]


@EACH
def test_a_notebook_is_kept_without_outputs(path):
    for cell in read(path).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@EACH
def test_a_notebook_awaits_at_the_top_level(path):
    source = "\n".join(code_of(read(path).cells))
    tree = compile(source, path.name, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert any(isinstance(node, ast.Await) for node in ast.walk(tree))
    runs = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "run"]
    assert not [node for node in runs if isinstance(node.value, ast.Name) and node.value.id == "asyncio"]


def executed(path, tmp_path, monkeypatch):
    """The outputs of a notebook's cells, by their code, none of them an error."""
    nbclient = pytest.importorskip("nbclient", reason="the group notebook is not installed")
    pytest.importorskip("ipykernel", reason="the group notebook is not installed")
    pytest.importorskip("altair", reason="the group notebook is not installed")
    monkeypatch.setenv("MAINSTEM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    book = read(path)
    book.metadata.kernelspec.name = "python3"
    resources = {"metadata": {"path": str(NOTEBOOKS)}}
    client = nbclient.NotebookClient(book, timeout=120, kernel_name="python3", resources=resources)
    client.execute()
    outputs = {cell.source: cell.outputs for cell in book.cells if cell.cell_type == "code"}
    assert not [out for outs in outputs.values() for out in outs if out.output_type == "error"]
    assert not (NOTEBOOKS / ".mainstem").exists()
    return outputs


@pytest.mark.real
@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("0[!1]-*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs(path, tmp_path, monkeypatch):
    outputs = executed(path, tmp_path, monkeypatch)
    assert [out for outs in outputs.values() for out in outs]


@pytest.mark.real
def test_the_first_notebook_shows_and_draws(tmp_path, monkeypatch):
    outputs = executed(NOTEBOOKS / "01-ask-and-watch.ipynb", tmp_path, monkeypatch)
    shows = [outs for source, outs in outputs.items() if "await show(" in source]
    assert len(shows) == 2
    for outs in shows:
        (out,) = outs
        assert out.output_type == "display_data"
        assert "<p>" in out.data["text/html"]
        assert " · first token " in out.data["text/plain"].splitlines()[-1]
    (chart,) = [out for outs in outputs.values() for out in outs if "image/svg+xml" in out.get("data", {})]
    assert "Tokens over time" in chart.data["image/svg+xml"]
