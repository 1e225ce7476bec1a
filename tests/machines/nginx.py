"""The nginx of `deploy/`, before servers of this machine."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from tests.conftest import ROOT

from ..nginx_conf import AROUND
from ..ports import free_port
from ..waiting import eventually

PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CONFIG = ROOT / "deploy" / "nginx.conf"


def configured(folder: Path, port: int, servers: Sequence[int]) -> str:
    """The configuration, for servers at these ports."""
    said = CONFIG.read_text()
    assert said.count("listen 80;") == 1
    said = said.replace("listen 80;", f"listen 127.0.0.1:{port};")
    for number, each in enumerate(servers, 1):
        assert f"server-{number}:8000" in said
        said = said.replace(f"server-{number}:8000", f"127.0.0.1:{each}")
    assert ":8000" not in said
    return AROUND.format(folder=folder, settings=said)


@asynccontextmanager
async def before(folder: Path, servers: Sequence[int]) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the nginx before servers at these ports, of which one answers."""
    port = free_port()
    await asyncio.to_thread(folder.mkdir)
    await asyncio.to_thread((folder / "config").write_text, configured(folder, port, servers))
    arguments = ("-p", folder, "-c", folder / "config", "-e", folder / "error.log")
    own = {**os.environ, "HOME": str(folder)}
    nothing = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(str(PROGRAM), *arguments, env=own, stderr=nothing)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            await eventually(lambda: _answers(client))
            yield client
    finally:
        process.terminate()
        await process.wait()


async def _answers(client: httpx.AsyncClient) -> bool:
    with suppress(httpx.TransportError):
        return (await client.get("/ready")).status_code == 200
    return False
