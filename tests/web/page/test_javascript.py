"""The page's JavaScript is judged by TypeScript (what JSDoc tells and what is inferred) and by ESLint."""

import json
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


PLANTED = """import { exact } from "./format.js";
import { parse } from "./markdown_parser.js";
export function planted(element) {
  element.innerHTML = exact("x").toFixed(2);
  return parse("x")[0].nowhere;
}
/** @param {events.MessageDelta} event */
export const unsaid = (event) => event.never_sent;
"""


@pytest.fixture(scope="module")
def copy(packages: Path) -> Iterator[Path]:
    """A copy of the page, beside the packages that judge it, and one module in which all is wrong.

    What it vendors has the types of its package.
    """
    with tempfile.TemporaryDirectory(dir=packages.parent) as folder:
        page = Path(folder, "page")
        shutil.copytree(JS, folder, dirs_exist_ok=True)
        shutil.copytree(HOME, page)
        for types_of_package in ("markdown-it.esm.min.d.mts", "katex.min.d.ts"):
            shutil.copy(JS / types_of_package, page / "vendor")
        (page / "planted.js").write_text(PLANTED)
        yield Path(folder)


def said(packages: Path, folder: Path, *command: str) -> str:
    """What a package's program says of the page."""
    node, _ = tools()
    ran = subprocess.run(
        [*node, packages / command[0], *command[1:]], cwd=folder, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (ran.returncode == 0) == (not ran.stdout), ran.stderr
    return ran.stdout


def test_only_what_is_planted_breaks_the_types(packages, copy):
    """The check looks into the modules, and into what they take from each other and from the server."""
    found = said(packages, copy, "typescript/bin/tsc", "--project", ".").splitlines()
    assert [line for line in found if not line.startswith("page/planted.js(")] == []
    for wrong in (
        "'toFixed' does not exist on type 'string'",
        "'nowhere' does not exist on type 'Token'",
        "'never_sent' does not exist on type 'MessageDelta'",
        "Parameter 'element' implicitly has an 'any' type",
    ):
        assert any(wrong in line for line in found), wrong


def test_only_what_is_planted_breaks_the_style(packages, copy):
    options = ("--max-warnings", "0", "--format", "json")
    found = json.loads(said(packages, copy, "eslint/bin/eslint.js", *options, "page"))
    rules = {Path(each["filePath"]).name: {one["ruleId"] for one in each["messages"]} for each in found}
    assert "no-restricted-properties" in rules.pop("planted.js")
    assert {name: broken for name, broken in rules.items() if broken} == {}


PUBLISHED = {"markdown-it": "dist/browser", "katex": "dist"}


def test_what_is_vendored_is_what_the_packages_hold(packages):
    vendor = HOME / "vendor"
    for line in (vendor / "SHA256SUMS").read_text().splitlines():
        name = line.split()[1]
        package = "markdown-it" if name.startswith("markdown-it") else "katex"
        published = packages / package / PUBLISHED[package] / name
        assert (vendor / name).read_bytes() == published.read_bytes(), name
