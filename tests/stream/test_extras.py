"""Who lacks what an extra brings is told so in one line."""

import importlib
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from importlib.util import find_spec

import pytest

from mainstem.stream import plot
from mainstem.stream.extras import PACKAGES, MissingExtra, extra, require
from tests.conftest import ROOT


def test_the_packages_are_those_that_the_extras_name():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    whole, ocr = extras.pop("all"), extras.pop("ocr")  # that one is large, and not for every Python
    assert whole == [f"mainstem[{','.join(sorted(extras.keys() - {'acp', 'embeddings', 'mcp', 'postgres'}))}]"]
    distributions = packages_distributions()
    for name, requirements in extras.items():
        if name in ("acp", "mcp") and not find_spec(name):
            continue  # not of the group test: they would lift the lowest versions
        named = {re.split(r"[^\w.-]", requirement)[0] for requirement in requirements}
        brought = [distributions[package] for package in PACKAGES[name] if "." not in package]
        # OpenTelemetry's parts share one name, and so do parts of it that others require
        found = {each for several in brought for each in several if len(several) == 1 or each in named}
        found |= {package.replace(".", "-") for package in PACKAGES[name] if "." in package}
        theirs = {re.split(r"[^\w.-]", each)[0] for package in named for each in requires(package) or ()}
        assert named <= found <= named | theirs
    assert [re.split("[<>=]", requirement)[0].replace("-", "_") for requirement in ocr] == list(PACKAGES["ocr"])


def test_a_missing_package_is_a_line_that_says_what_to_install(monkeypatch):
    monkeypatch.setitem(PACKAGES, "web", ("nowhere_to_be_found",))
    said = re.escape("nowhere_to_be_found is not installed: pip install 'mainstem[web]' brings it.")
    with pytest.raises(MissingExtra, match=said), extra("web"):
        importlib.import_module("nowhere_to_be_found.inside")
    with pytest.raises(MissingExtra, match=said):
        require.__wrapped__("web")


def test_a_missing_part_of_a_package_is_a_line_too(monkeypatch):
    monkeypatch.setitem(PACKAGES, "web", ("langgraph.nowhere_to_be_found",))
    with pytest.raises(MissingExtra, match=re.escape("langgraph.nowhere_to_be_found is not installed")), extra("web"):
        importlib.import_module("langgraph.nowhere_to_be_found")


def test_what_no_extra_brings_is_an_error_as_python_tells_it():
    with pytest.raises(ModuleNotFoundError, match="No module named 'nowhere_to_be_found'"), extra("web"):
        importlib.import_module("nowhere_to_be_found")


def test_drawing_without_altair_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtra, match=re.escape("mainstem[notebook]")):
        plot.plot([])
