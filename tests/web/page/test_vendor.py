"""What the page uses of others: the files that they published, with their licences, under the page's policy."""

import hashlib
import re

import httpx
import pytest

from mainstem.web.page_files import HEADERS, HOME

from ...waiting import PATIENCE

VENDOR = HOME / "vendor"
SUMS = [line.split() for line in (VENDOR / "SHA256SUMS").read_text().splitlines()]


def test_each_vendored_module_has_a_checksum():
    files = (file for file in VENDOR.rglob("*") if file.suffix in {".js", ".mjs", ".css", ".woff2"})
    assert {name for _, name in SUMS} == {file.relative_to(VENDOR).as_posix() for file in files}


@pytest.mark.parametrize(("checksum", "name"), SUMS)
def test_a_vendored_module_is_the_one_that_was_published(checksum, name):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == checksum


@pytest.mark.parametrize("name", [name for _, name in SUMS if name.endswith("js")])
def test_a_vendored_module_is_named_and_its_version_has_a_licence(name):
    assert f"| `{name}` | npm `" in (VENDOR / "README.md").read_text()
    bundled = set(re.findall(r"node_modules/([a-z.-]+)/", (VENDOR / name).read_text()))
    licences = (VENDOR / "LICENSES.txt").read_text()
    for package in bundled | {name.split(".")[0]}:
        assert f"==== {package} ====" in licences


def test_a_vendored_module_is_served_as_a_script_under_the_policy(files):
    answer = httpx.get(f"{files}vendor/markdown-it.esm.min.mjs", timeout=PATIENCE)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
