"""Documents that are uploaded through one server, asked through another, and taken out through that one."""

import json
from pathlib import Path

import pytest

from mainstem import events as e
from mainstem.stream.transcript import Transcript

from ..waiting import eventually
from .servers import LONG, servers
from .test_any_process import lines

pytestmark = pytest.mark.real

PORT = b"# Ports\n\n## Which port is it?\n\nThe service listens on port 8080.\n"
BOATS = b"harbour,fishing_boats\nSouth,12\nNorth,30\n"


async def listed(client) -> dict[str, str]:
    answer = await client.get("/documents")
    assert answer.status_code == 200, answer.text
    (user,) = [each for each in answer.json()["collections"] if each["name"] == "user"]
    return {each["document"]: each["id"] for each in (*user["documents"], *user["tables"])}


async def answer(client, question: str) -> Transcript:
    begun = await client.post("/runs", json={"question": question})
    assert begun.status_code == 201, begun.text
    return Transcript.of(map(e.decode, await lines(client, begun.json()["run_id"])))


def uploads(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("home-*/uploads/*")}


async def test_what_is_uploaded_through_one_is_asked_and_taken_out_through_another(database_url, tmp_path):
    with servers("", database_url, tmp_path, LONG, LONG) as (one, two):
        async with one.client() as a, two.client() as b:
            assert await listed(b) == {}
            files = [("files", ("ports.md", PORT)), ("files", ("harbours.csv", BOATS))]
            taken = await a.post("/documents", files=files)
            assert json.loads(taken.text.splitlines()[-1])["type"] == "indexed", taken.text
            there = await eventually(lambda: listed(b))
            assert set(there) == {"ports.md", "harbours.csv"}
            assert await listed(a) == there  # what one tells is taken out through another
            said = await answer(b, "Which port is it?")
            assert "port 8080" in said.text
            assert said.citations[0].document == "ports.md"
            assert "42" in (await answer(b, "What is the total of fishing boats?")).text
            for document in there.values():
                assert (await b.delete(f"/documents/{document}")).status_code == 204
            assert await eventually(lambda: _none(a))
            assert "8080" not in (await answer(a, "Which port is it?")).text
            assert uploads(tmp_path) == set()


async def _none(client) -> bool:
    return await listed(client) == {}
