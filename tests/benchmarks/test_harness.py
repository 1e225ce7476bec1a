"""The benchmarks measure what they say: the search, the stamps, the wire."""

import json
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from benchmarks import results
from benchmarks.bench import Bench
from benchmarks.capacity import PRECISION, capacity, near
from benchmarks.section import Section, Table
from benchmarks.subjects import WHERE, subject
from benchmarks.trials import Notes
from benchmarks.wire import WORD

from ..waiting import PATIENCE


@contextmanager
def wire():
    command = [sys.executable, "-m", "benchmarks.wire", "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        process.stdin.close()


@pytest.mark.parametrize("most", [0, 1, 3, 57, 60, 200, 1234])
def test_the_search_finds_the_capacity(most):
    found = capacity(lambda streams: streams <= most, 60)
    assert found <= most
    assert most <= found * PRECISION or most - found <= 1


@pytest.mark.parametrize("guess", [50, 58, 64, 90])
def test_the_search_comes_nearer_in_each_round(guess):
    for _ in range(5):
        guess = near(lambda streams: streams <= 60, guess)
    assert 60 / PRECISION**2 <= guess <= 60


def test_a_token_counts_once_and_when_it_first_came_although_pieces_cut_it():
    notes = Notes()
    for piece in (b'{"text":"~123451', b'11111~"}', '{"all":"~12345111111~~12345222222~"}'):
        notes.take(piece)
    times = notes.arrivals()
    assert list(times) == [12345.111111, 12345.222222]
    assert times[12345.111111] < times[12345.222222]


@pytest.mark.real
@pytest.mark.parametrize("name", ["raw httpx", "openai SDK", "astream v2", "mainstem", "ainvoke"])
async def test_a_subject_hands_on_every_token(name):
    got, paced, one = [], Notes(), subject(name)()
    with wire() as address:
        await one.open(address)
        await one.read(json.dumps({"tokens": 300}), got.append)
        await one.read(json.dumps({"rate": 200, "tokens": 20}), paced.take)
        await one.close()
    said = b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in got)
    assert said.count(WORD.encode()) >= 300
    assert len(paced.arrivals()) == (1 if name == "ainvoke" else 20)
    assert paced.first >= 0


@pytest.mark.real
async def test_the_wire_says_how_late_it_was():
    with wire() as address:
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            asked = {"messages": [{"content": json.dumps({"rate": 100, "tokens": 10})}], "stream": True}
            await client.post(f"{address}/chat/completions", json=asked)
            said = (await client.get(address.replace("/v1", "/stats"))).json()
    assert said["tokens"] == 10
    assert 0 <= said["late_p99"] < said["seconds"]


@pytest.mark.parametrize("name", WHERE)
def test_every_subject_says_what_it_is(name):
    try:
        kind = subject(name)
    except ImportError as error:
        pytest.skip(f"group bench is not installed: {error.name}")
    assert kind.name == name
    assert kind.how


@pytest.mark.real
def test_a_run_of_some_benchmarks_leaves_the_others_on_the_page(tmp_path):
    page, bench = tmp_path / "sub" / "RESULTS.md", Bench(quick=True, only=["raw httpx"])
    table = Table(["", "figure"], [["one", "1"]])
    results.write(page, bench, [Section("A", "Of a.", [table]), Section("B", "Of b.")])
    before = page.read_text()
    results.write(page, bench, [Section("B", "Of b, anew.", [table])])
    after = page.read_text()
    assert after.partition("## B")[0] == before.partition("## B")[0]
    assert after.count("## A") == after.count("## B") == after.count("## The rows") == 1
    assert "Of b, anew." in after
    assert "Of b. " not in after
