"""Each example does what it says. The one for a server runs beside a server, in `tests/e2e/test_example.py`."""

import re
import runpy
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from mainstem.stream.telemetry import outlet

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LONGEST = 40
"""Lines of an example; the one that measures is longer."""

SAID = {
    "approvals.py": ("interrupted\nasks for: save_note", "8080"),
    "code_review.py": ("review: Sound", "written: False", "def greet(name):"),
    "finance.py": ("query_table: department | sum(revenue) Harbour | 2700", "| Ferry | 800 |", "1166.67", "harbour: $"),
    "moderation.py": ("asks about: {'post': 'p2', 'why': 'insult'}", "decided: {'p2': 'approve', 'p3': 'reject'}"),
    "summary.py": ("It sails at seven in the morning. [1]", "It was built of stone in 1902. [2]"),
    "support.py": ("It left the depot on Monday.", "handed over: Can I have my money back?", "Yes: it is sent."),
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


def test_the_summary_tells_when_first_tokens_come_late(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    outlet.forget()
    drift = outlet.outlet({"prometheus"}).drift
    for number in range(39):  # of before quick ones, of late slow ones: the run's own is the twentieth of these
        drift.came("extractive", 1e-9 if number < 20 else 1.0)
    runpy.run_path(str(ROOT / "examples" / "summary.py"), run_name="__main__")
    outlet.forget()
    assert "alert: The first token of extractive comes after" in capsys.readouterr().out


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


def test_the_examples_are_short_and_all_are_tried():
    assert {path.name for path in EXAMPLES} == {
        *SAID,
        "fastapi_app.py",
        "test_laws.py",
        "remote_server.py",
        "fast_model.py",
    }
    long = [path.name for path in EXAMPLES if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST]
    assert long == ["fast_model.py"]
