"""Runs of the gated graph, begun and followed over HTTP as a client does it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
from httpx_sse import aconnect_sse

from ..waiting import eventually

WHOLE = "The first half and the second."


def question(text: str) -> dict[str, object]:
    """What asks for it, in a thread of its own."""
    return {"input": {"messages": [{"role": "user", "content": text, "id": text}]}, "thread": f"thread-{text}"}


async def begun(client: httpx.AsyncClient, text: str) -> str:
    """The id of a run that was begun, and goes on whoever follows it."""
    answer = await client.post("/runs", json={**question(text), "on_disconnect": "continue"})
    assert answer.status_code == 201, answer.text
    return answer.json()["run_id"]


async def reached(folder: Path, gate: str) -> None:
    """Return when a run stands before its gate."""
    await eventually(folder.joinpath("gates", f"{gate}.reached").exists)


def open_gate(folder: Path, gate: str) -> None:
    """Let it pass."""
    folder.joinpath("gates", f"{gate}.open").touch()


async def lines(
    client: httpx.AsyncClient, run_id: str, from_seq: int = 1, opened: asyncio.Event | None = None
) -> list[bytes]:
    """All events of a run, followed to its end; `opened` is set once the stream is open."""
    async with aconnect_sse(client, "GET", f"/runs/{run_id}/events", params={"from_seq": from_seq}) as source:
        assert source.response.status_code == 200, await source.response.aread()
        if opened is not None:
            opened.set()
        return [each.data.encode() async for each in source.aiter_sse() if each.data]


async def shown(client: httpx.AsyncClient, run_id: str, words: str) -> list[bytes]:
    """The events of a run up to these words of a text."""
    found: list[bytes] = []
    async with aconnect_sse(client, "GET", f"/runs/{run_id}/events") as source:
        async for each in source.aiter_sse():
            if each.data:  # what keeps a silent stream alive has none
                found.append(each.data.encode())
                if words in json.loads(each.data).get("text", ""):
                    return found
    raise AssertionError(f"{words!r} never came: {found}")


async def polled(client: httpx.AsyncClient, run_id: str) -> list[dict[str, Any]]:
    """All events of a run, read as a Durable Stream by long polling."""
    found, offset = list[dict[str, Any]](), "-1"
    while True:
        answer = await client.get(f"/runs/{run_id}/stream", params={"offset": offset, "live": "long-poll"})
        assert answer.status_code in (200, 204), answer.text
        found += answer.json() if answer.status_code == 200 else []
        offset = answer.headers["stream-next-offset"]
        if "stream-closed" in answer.headers:
            return found


async def come_back(client: httpx.AsyncClient, run_id: str) -> list[bytes]:
    """All events of a run, by a client that comes back with the last one's id whenever its stream is cut off."""
    found: list[bytes] = []

    async def over() -> bool:
        sent: dict[str, Any] = {"headers": {"Last-Event-ID": str(len(found))}} if found else {}
        try:
            async with aconnect_sse(client, "GET", f"/runs/{run_id}/events", **sent) as source:
                if source.response.status_code == 200:
                    async for each in source.aiter_sse():
                        found.extend([each.data.encode()] if each.data else [])
        except httpx.TransportError:
            return False
        return bool(found) and json.loads(found[-1])["type"] == "run.finished"

    await eventually(over)
    return found
