"""The page's JavaScript is judged by TypeScript (what JSDoc tells and what is inferred) and by ESLint."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstem.web.page_files import HOME
from tests.web.protocols.node import installed, tools

pytestmark = pytest.mark.real

JS = Path(__file__).parent / "js"
PATIENCE = 240
"""Seconds that a check is given, on a busy machine."""


@pytest.fixture(scope="module")
def packages() -> Path:
    return installed(JS).parent / "node_modules"


@pytest.fixture
def copy(packages: Path) -> Iterator[Path]:
    """A copy of the page, beside the packages that judge it. What it vendors has the types of its package."""
    with tempfile.TemporaryDirectory(dir=packages.parent) as folder:
        shutil.copytree(JS, folder, dirs_exist_ok=True)
        shutil.copytree(HOME, Path(folder, "page"))
        for types_of_package in ("markdown-it.esm.min.d.mts", "katex.min.d.ts"):
            shutil.copy(JS / types_of_package, Path(folder, "page", "vendor"))
        yield Path(folder)


def run(packages: Path, folder: Path, *command: str) -> str:
    """What a package's program says of the page; nothing when it finds nothing."""
    node, _ = tools()
    ran = subprocess.run(
        [*node, packages / command[0], *command[1:]], cwd=folder, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (ran.returncode == 0) == (not ran.stdout), ran.stderr
    return ran.stdout


def types(packages: Path, folder: Path) -> str:
    return run(packages, folder, "typescript/bin/tsc", "--project", ".")


def lint(packages: Path, folder: Path) -> str:
    return run(packages, folder, "eslint/bin/eslint.js", "--max-warnings", "0", "page")


def test_the_types_hold(packages, copy):
    assert types(packages, copy) == ""


def test_the_style_holds(packages, copy):
    assert lint(packages, copy) == ""


PLANTED = """import { exact } from "./format.js";
import { parse } from "./markdown_parser.js";
export function planted(element) {
  element.innerHTML = exact("x").toFixed(2);
  return parse("x")[0].nowhere;
}
/** @param {events.MessageDelta} event */
export const unsaid = (event) => event.never_sent;
"""


def test_what_is_wrong_is_found(packages, copy):
    """Planted breaks: the checks look into the modules, and into what they take from each other and from the server."""
    (copy / "page" / "planted.js").write_text(PLANTED)
    found = types(packages, copy)
    assert "'toFixed' does not exist on type 'string'" in found
    assert "'nowhere' does not exist on type 'Token'" in found
    assert "'never_sent' does not exist on type 'MessageDelta'" in found
    assert "Parameter 'element' implicitly has an 'any' type" in found
    assert "no-restricted-properties" in lint(packages, copy)


PUBLISHED = {"markdown-it": "dist/browser", "katex": "dist"}


def test_what_is_vendored_is_what_the_packages_hold(packages):
    vendor = HOME / "vendor"
    for line in (vendor / "SHA256SUMS").read_text().splitlines():
        name = line.split()[1]
        package = "markdown-it" if name.startswith("markdown-it") else "katex"
        published = packages / package / PUBLISHED[package] / name
        assert (vendor / name).read_bytes() == published.read_bytes(), name
