"""What clients do: begin a run, and follow it, coming back with what they have when they are cut off."""

import asyncio
import time
from urllib.parse import urlsplit

import httpx
from httpx_sse import aconnect_sse

from mainstem import events as e

Seen = list[tuple[float, bytes]]
"""When an event came, and its line."""


async def begun(url: str, thread: str) -> str:
    """Begin a run, which goes on whoever reads it."""
    message = {"role": "user", "content": thread, "id": thread}
    body = {"input": {"messages": [message]}, "thread": thread, "on_disconnect": "continue"}
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
        answer = await client.post("/runs", json=body)
        answer.raise_for_status()
        return str(answer.json()["run_id"])


async def follow(url: str, run_id: str, seen: Seen) -> None:
    """Follow a run to its end."""
    while not seen or not isinstance(e.decode(seen[-1][1]), e.RunFinished):
        try:
            async with (
                httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client,
                aconnect_sse(client, "GET", f"/runs/{run_id}/events", params={"from_seq": len(seen) + 1}) as source,
            ):
                async for each in source.aiter_sse():
                    if each.data:
                        seen.append((time.monotonic(), each.data.encode()))
        except httpx.HTTPError:
            await asyncio.sleep(0.1)


async def read_raw(url: str, run_id: str) -> bytes:
    """All that comes of a run, for little: many are read at once."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(f"GET /runs/{run_id}/events HTTP/1.0\r\nHost: {where.netloc}\r\n\r\n".encode())
    lines = b"".join([line async for line in reader if line.startswith(b"data:")])
    writer.close()
    return lines
