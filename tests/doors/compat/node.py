"""Node programs, with the npm packages of `js/package.json` installed once into a folder of the system's own."""

import asyncio
import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

JS = Path(__file__).parent / "js"
PATIENCE = 120.0
"""Seconds that a program is given, on a busy machine."""


def installed() -> Path:
    """The folder of the programs, beside their packages. Skips where there is no node."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed")
    parts = sorted(JS.iterdir())
    name = hashlib.sha256(b"".join(part.name.encode() + part.read_bytes() for part in parts)).hexdigest()[:16]
    packages = hashlib.sha256((JS / "package.json").read_bytes()).hexdigest()[:16]
    home = Path(tempfile.gettempdir()) / "mainstem-tests-js" / packages
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "lock"):
        if not (home / "installed").exists():
            shutil.copy(JS / "package.json", home)
            _install(home)
        programs = home / name
        if not programs.exists():
            shutil.copytree(JS, programs)
    return programs


def _install(home: Path) -> None:
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    ran = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=600)
    if ran.returncode != 0:
        pytest.fail(f"npm install failed:\n{ran.stderr[-2000:]}")
    (home / "installed").touch()


class Node:
    """Runs the programs."""

    def __init__(self, home: Path) -> None:
        self._home = home

    async def __call__(self, program: str, given: Any = None, *args: str) -> Any:
        """What `program` prints, as JSON, when it is given `given` as JSON."""
        process = await asyncio.create_subprocess_exec(
            "node",
            self._home / f"{program}.mjs",
            *args,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                out, err = await process.communicate(json.dumps(given).encode())
        finally:
            if process.returncode is None:
                process.kill()
        assert process.returncode == 0, err.decode()[-4000:]
        return json.loads(out)
