"""Durable Streams: the protocol's own suite for the read path, and its own client of a run."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from tests.waiting import eventually
from tests.web import graphs
from tests.web.protocols.node import Node, installed, tools
from tests.web.served import HI, door, followed, serving, started

from .writer import writable

JS = Path(__file__).with_name("js")
READS = (
    "Read Operations|Long-Poll Operations|HEAD Metadata|Offset Validation and Resumability|Long-Poll Edge Cases|"
    "Caching and ETag|SSE Mode|Read Closed Streams|Long-poll with Stream Closure|SSE with Stream Closure|"
    "HEAD with Stream Closure|on HEAD responses|on SSE responses|on long-poll responses|on error responses"
)
"""The parts of the suite that read."""

NOT = "base64|SSE-Data-Encoding|preflight|TTL|Expir|Case-Insens|append-on-close"
"""What of them is of binary streams, of pages on other sites, or of writing."""


@pytest.fixture(scope="session")
def suite():
    return installed(JS)


@pytest.mark.real
async def test_the_suite_of_the_protocol_reads(suite, tmp_path):
    (node,), _ = tools()
    async with serving(writable()) as client:
        ran = await asyncio.create_subprocess_exec(
            node,
            suite.parent / "node_modules" / "vitest" / "vitest.mjs",
            "run",
            f"--root={suite}",
            f"--testNamePattern=^(?!.*({NOT})).*({READS})",
            "--testTimeout=60000",
            "--reporter=json",
            f"--outputFile={tmp_path / 'report.json'}",
            env={**os.environ, "CONFORMANCE_TEST_URL": str(client.base_url).rstrip("/"), "CI": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await ran.communicate()
    report = json.loads((tmp_path / "report.json").read_text()) if ran.returncode is not None else {}
    tests = [test for file in report["testResults"] for test in file["assertionResults"]]
    failed = {test["fullName"]: test["failureMessages"][0][:300] for test in tests if test["status"] == "failed"}
    assert failed == {}, out.decode()[-2000:]
    assert len([test for test in tests if test["status"] == "passed"]) >= 50


@pytest.mark.parametrize("live", [False, "long-poll", "sse"])
async def test_their_client_reads_a_run(suite, live):
    async with door(graphs.answer) as (client, _):
        run_id, _ = await started(client, HI)
        read = await Node(suite)("read", {"url": f"{client.base_url}/runs/{run_id}/stream", "live": live})
        events = await followed(client, run_id)
    if live:
        assert read["items"] == [json.loads(data) for _, _, data in events]
    else:
        assert read["items"] == [json.loads(data) for _, _, data in events[: len(read["items"])]]


async def test_a_run_that_is_over_is_read_from_the_journal():
    async with door(graphs.answer) as (client, manager):
        run_id, _ = await started(client, HI)
        events = await followed(client, run_id)
        await eventually(lambda: manager.runs.live(run_id) is None)
        whole = await client.get(f"/runs/{run_id}/stream")
        rest = await client.get(f"/runs/{run_id}/stream", params={"offset": "0000000000000002"})
        end = await client.get(f"/runs/{run_id}/stream", params={"offset": "now", "live": "long-poll"})
        looked = await client.head(f"/runs/{run_id}/stream")
    assert whole.json() == [json.loads(data) for _, _, data in events]
    assert rest.json() == whole.json()[2:]
    assert (end.status_code, end.headers["stream-closed"]) == (204, "true")
    assert looked.headers["stream-next-offset"] == whole.headers["stream-next-offset"] == f"{len(events):016d}"


@pytest.mark.parametrize(
    ("query", "status"),
    [({"offset": "1,2"}, 400), ({"offset": "x"}, 400), ({"live": "sse"}, 400), ({"offset": "-1", "live": "ws"}, 400)],
)
async def test_what_is_no_read_is_refused(query, status):
    async with door(graphs.answer) as (client, _):
        run_id, _ = await started(client, HI)
        assert (await client.get(f"/runs/{run_id}/stream", params=query)).status_code == status
        assert (await client.get("/runs/nobodys/stream")).status_code == 404
        assert (await client.post(f"/runs/{run_id}/stream")).status_code == 405
