"""Each example does what it says. The one for a server runs beside a server, in `tests/e2e/test_example.py`."""

import re
import runpy
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LONGEST = 60
"""Lines of an example."""

SAID = {
    "approvals.py": ("interrupted\nasks for: save_note", "8080"),
    "callbacks.py": (
        "The sea is wide. And it is deep.",
        "run.finished",
        "done",
        "End                              held",
    ),
    "chain.py": ("poem: The ", "sea is wide.", "{'poem': 'The sea is wide.', 'review': 'Too short.'}", "done"),
    "fleet.py": ("50 of 50 done", "s (median)"),
    "own_graph.py": ("depots: 3 of 3", "look_up took", "It left the depot on Monday.\n", "reply took"),
    "replay.py": ("the same bytes: True", "run.finished\ndone"),
    "speech.py": ("🔊 Read on from the number after the last `seq` you saw", "pieces on the screen"),
}
"""What the scripts print, in this order."""


@pytest.mark.parametrize("name", SAID)
def test_a_script_says_what_it_did(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")
    said, at = capsys.readouterr().out, 0
    for words in SAID[name]:
        assert words in said[at:], said
        at = said.index(words, at)


@pytest.mark.real
def test_the_comparison_of_models_reads_every_stream_of_both(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv("STREAMS", "3")
    monkeypatch.setattr("sys.argv", ["fast_model.py"])
    runpy.run_path(str(ROOT / "examples" / "fast_model.py"), run_name="__main__")  # it compares all texts itself
    assert re.fullmatch(
        r"3 streams: [\d.]+ s of the processor, fast [\d.]+ s: [\d.]+ times less\n", capsys.readouterr().out
    )


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    return runpy.run_path(str(ROOT / "examples" / "fastapi_app.py"))["app"]


async def test_the_app_serves_its_graph(app: FastAPI):
    async with app.router.lifespan_context(app):
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1")
        assert (await client.get("/")).json()["runs"] == "/parcels/runs"
        headers = {"Accept": "text/event-stream"}
        told = await client.post("/parcels/runs", json={"question": "Where is my parcel?"}, headers=headers)
    assert "It left on Monday." in told.text
    assert '"status":"done"' in told.text


CHECKS = runpy.run_path(str(ROOT / "examples" / "test_laws.py"))


async def test_the_example_of_a_test_passes():
    await CHECKS["test_the_agent_uses_its_tool"]()


@pytest.mark.parametrize("fault", ["early end", "drop mid-token", "error object"])
async def test_the_example_of_a_faulty_provider_passes(fault: str):
    await CHECKS["test_the_stream_keeps_the_laws_when_the_provider_fails"](fault)


def test_there_are_eleven_short_examples():
    assert len(EXAMPLES) == 11
    assert {path.name for path in EXAMPLES} == {
        *SAID,
        "fastapi_app.py",
        "test_laws.py",
        "remote_server.py",
        "fast_model.py",
    }
    assert [path.name for path in EXAMPLES if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST] == []
