"""Proxies of the environment that no client can use are told in one line."""

import sys

import httpx
import pytest
from typer.testing import CliRunner

from mainstem.cli.app import app
from mainstem.models import available, load, proxies
from mainstem.models.errors import NotReadyError
from mainstem.settings import Settings

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, openai_base_url="http://127.0.0.1:9/v1")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("socks5://me:secret@127.0.0.1:1080", "socks5:// proxy, for which a package is missing: `pip install socksio`"),
        ("socks5h://127.0.0.1:1080", "socks5h:// proxy"),
        ("socks4://127.0.0.1:1080", "names no proxy that can be used"),
        ("ht:tp://secret", "names no proxy that can be used"),
        ("http://[secret", "names no proxy that can be used"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_told(monkeypatch, settings, name, proxy, words):
    monkeypatch.setitem(sys.modules, "socksio", None)  # as where it is not installed
    monkeypatch.setenv(name, proxy)
    with pytest.raises(NotReadyError) as raised:
        load("openai:x", settings)
    said = str(raised.value)
    assert said.startswith(name)
    assert "secret" not in said
    assert "\n" not in said
    openai = next(each for each in available(settings) if each.name == "openai:NAME")
    assert (openai.ready, openai.why_not) == (False, said)
    result = CliRunner().invoke(app, ["watch", "http://127.0.0.1:9", "--input", "hi"])
    assert (result.exit_code, result.stderr) == (1, f"failed: {said} \n".replace(" \n", "\n"))
    assert words in said


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:1", "127.0.0.1:1", "https://127.0.0.1:1", ""])
def test_a_proxy_that_can_be_used_is_used(monkeypatch, settings, proxy):
    monkeypatch.setenv("ALL_PROXY", proxy)
    assert proxies.why_not() == ""
    assert load("openai:x", settings)


def test_with_its_package_a_socks_proxy_can_be_used(monkeypatch):
    monkeypatch.setitem(sys.modules, "socksio", httpx)  # as where it is installed
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    assert proxies.why_not() == ""
