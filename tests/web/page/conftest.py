"""Headless Chromium over a real server. Without Chromium these tests skip."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain, repeat
from pathlib import Path
from threading import Semaphore
from types import SimpleNamespace
from typing import Any

import pytest

from mainstem import Session, Settings
from mainstem.models.scripted import model
from mainstem.web.page_files import HEADERS

from ...waiting import eventually
from .chromium import CHROMIUM
from .serving import HeldPort, Threaded, page_alone, served
from .shared_page import LOOKS, SharedPage, hears


@pytest.fixture(scope="package")  # not longer: its event loop would be in the way of tests with one of their own
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: apt-get install chromium-headless-shell")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: uv sync")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def shared_page(browser: Any) -> Iterator[SharedPage]:
    """The page that tests use in turn. It keeps the files that it has loaded, and does not ask after them again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(HEADERS, "Cache-Control", "max-age=3600")
        yield SharedPage(browser)


@pytest.fixture
def visit(browser: Any, shared_page: SharedPage) -> Iterator[Callable[..., Any]]:
    """Open a page: `visit(url, **context options)`. What went wrong on it fails the test.

    The first one of a test is the page that tests share, unless it is to be `alone` or has options that it cannot have.
    """
    wrong: list[str] = []
    is_used = False
    with ExitStack() as stack:

        def open_page(url: str, alone: bool = False, **options: Any) -> Any:
            nonlocal is_used
            if not (is_used or alone or options.keys() - LOOKS.keys()):
                is_used = True
                stack.callback(shared_page.leave)
                return shared_page.visit(url, wrong, **options)
            context = browser.new_context(**options)
            stack.callback(context.close)
            page = context.new_page()
            hears(page, wrong)
            page.goto(url)
            return page

        yield open_page
    assert not wrong


@pytest.fixture(scope="package")
def files() -> Iterator[str]:
    with page_alone() as alone:
        yield alone.url


@pytest.fixture(scope="package")
def open_page(browser: Any, files: str) -> Iterator[tuple[Any, list[str]]]:
    """The page with nothing behind it, and what went wrong on it: for all tests that call its modules."""
    wrong: list[str] = []
    page = browser.new_page()
    hears(page, wrong)
    page.goto(files)
    yield page, wrong
    page.close()


@pytest.fixture
def module(open_page: tuple[Any, list[str]]) -> Iterator[Callable[..., Any]]:
    """Call code with the page's own modules: `module("({blocks}, text) => …", "markdown.js", argument)`.

    The page stays open for the next test: the code changes nothing of it.
    """
    page, wrong = open_page

    def run(code: str, name: str, argument: Any = None) -> Any:
        return page.evaluate(f"async (given) => ({code})(await import('/{name}'), given)", argument)

    yield run
    assert not wrong


@pytest.fixture(scope="package")
def held_port() -> Iterator[HeldPort]:
    with HeldPort() as held:
        yield held


@pytest.fixture
def serve(held_port: HeldPort) -> Iterator[Callable[..., Threaded]]:
    """A server: `serve(settings)` for the bundled agent, `serve(settings, graph)` for any other.

    The first one of each test has the same address, so that the shared page has its files.
    """
    ports = chain([held_port.number], repeat(0))
    with ExitStack() as stack:

        def start(settings: Settings, graph: Any = None, **options: Any) -> Threaded:
            return stack.enter_context(served(lambda: Session(settings, graph=graph, **options), next(ports)))

        yield start


@pytest.fixture
def scripted(tmp_path: Path, library_settings: dict[str, Any]) -> Callable[..., Settings]:
    """Settings whose model plays these turns, over a small folder of documents."""

    def settings(*turns: object, **more: Any) -> Settings:
        file = tmp_path / "script.json"
        file.write_text(json.dumps({"turns": turns, "repeat": True} if more.pop("repeat", False) else list(turns)))
        return Settings(**library_settings | {"model": f"scripted:{file}"} | more)

    return settings


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """End one sleep of the scripted model, which else lasts: what a test does before, it does while the run goes on."""
    released = Semaphore(0)

    async def sleep(seconds: float) -> None:
        await eventually(lambda: released.acquire(blocking=False))

    monkeypatch.setattr(model, "asyncio", SimpleNamespace(sleep=sleep))
    return released.release
