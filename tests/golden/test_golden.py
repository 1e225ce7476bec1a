"""Recorded runs make the rows that stand beside them, in the views and in the page's own modules."""

import json
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from mainstem import events
from mainstem.sessions.approvals import ApprovalRequest
from tests.golden.record import RUNS
from tests.golden.rows import seen
from tests.web.protocols.node import PATIENCE, tools

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "mainstem" / "web" / "page"
NAMES = sorted(path.stem for path in HERE.glob("*.ndjson"))


def lines(name):
    return (HERE / f"{name}.ndjson").read_text().splitlines()


def expected(name):
    return json.loads((HERE / f"{name}.rows.json").read_text())


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """Runs a program beside the page's own modules; what it prints as JSON, when it is given JSON."""
    (node,), _ = tools()
    folder = tmp_path_factory.mktemp("page")
    for file in [*PAGE.glob("*.js"), *HERE.glob("*.mjs")]:
        shutil.copy(file, folder)
    (folder / "package.json").write_text('{"type": "module"}')

    def told(program, given):
        command = [node, folder / program]
        ran = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=PATIENCE)
        assert ran.returncode == 0, ran.stderr[-4000:]
        return json.loads(ran.stdout)

    return told


@pytest.fixture(scope="module")
def page(modules):
    """What the page's modules make of each run, by its name."""
    return modules("rows.mjs", {name: [json.loads(line) for line in lines(name)] for name in NAMES})


def test_every_run_is_recorded():
    assert sorted(RUNS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_run_makes_these_rows(name):
    assert seen(map(events.decode, lines(name))) == expected(name)


@pytest.mark.real
@pytest.mark.parametrize("name", NAMES)
def test_a_run_makes_these_rows_on_the_page(page, name):
    told = page[name]
    assert told["folded"] == expected(name)
    assert told["drawn"] == [drawn(row) for row in expected(name)["rows"] if row["kind"] in DRAWN]


DRAWN = ("step", "work", "call", "aside", "remark")
"""The kinds of rows whose line `rows.js` makes."""


def drawn(row):
    """How a row's line is marked on the page."""
    if row["kind"] == "remark":
        return [row["kind"], None]
    if row["kind"] == "call":
        return [row["kind"], row["state"]]
    failed, stopped = row.get("error"), row.get("stopped")
    state = "error" if failed else "stopped" if stopped else "ok" if row["ended"] else "running"
    return ["indexing" if row["kind"] == "work" else row["kind"], state]


# what a person is asked

ASKED = json.loads((HERE / "approvals.json").read_text())
CALLS = [each["calls"] for each in ASKED]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked["about"])
def test_a_request_asks_about_these_calls(asked):
    found = ApprovalRequest.parse(asked["request"])
    calls = None if found is None else [_as_page(call) for call in found.calls]
    assert calls == asked["calls"]


def _as_page(call):
    """A call, with what the page, too, reads of it."""
    fields = asdict(call)
    told = {name: fields[name] for name in ("name", "args", "description")} | {"allowed": list(call.allowed)}
    return told | {"mayLast": call.may_last, "mayFlag": call.may_flag}


@pytest.mark.real
def test_a_request_asks_about_these_calls_on_the_page(modules):
    assert modules("approvals.mjs", [each["request"] for each in ASKED]) == CALLS
