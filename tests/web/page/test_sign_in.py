"""The page where the server asks who one is: a form, a cookie that no script can read, and out again."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from mainstem import Settings
from mainstem.stores.opening import open_stores
from mainstem.stores.users import User

from .asking import asked

WORDS = [{"words": "All is well.", "delay": 0.01}]
SOCKET = """(path) => new Promise((told) => {
  const socket = new WebSocket(new URL(path, document.baseURI));
  socket.onmessage = ({data}) => told(JSON.parse(data).type);
  socket.onerror = () => told("refused");
})"""


class Tokens:
    """The tokens of the served home."""

    def __init__(self, settings: Settings) -> None:
        self._store = open_stores(settings).tokens

    def made(self, name: str, *roles: str) -> str:
        return self._in_thread(self._store.create(name, User(name, frozenset(roles))))

    def revoke(self, name: str) -> None:
        self._in_thread(self._store.revoke(name))

    def _in_thread(self, work):
        with ThreadPoolExecutor() as pool:  # the browser has an event loop here
            return pool.submit(asyncio.run, work).result()


@pytest.fixture
def settings(scripted):
    return scripted(WORDS, repeat=True, auth="tokens")


@pytest.fixture
def tokens(settings):
    return Tokens(settings)


@pytest.fixture
def url(serve, settings):
    return serve(settings).url


def sign_in(page, token):
    page.locator("#sign-in").wait_for()
    page.fill("#token", token)
    page.press("#token", "Enter")


def test_somebody_signs_in_asks_and_signs_out(visit, url, tokens):
    page = visit(url)
    sign_in(page, "mainstem_wrong")
    page.locator("#refused").get_by_text("not known").wait_for()
    assert not page.locator("#composer").is_visible()
    assert not page.locator("#side").is_visible()
    sign_in(page, tokens.made("ada", "ask", "approve"))
    page.locator("#user").get_by_text("ada").wait_for()
    assert asked(page, "How is it?").locator(".speech").inner_text() == "All is well."
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], page.evaluate("document.cookie")) == (True, "Strict", "")
    run = page.evaluate("async () => (await (await fetch('runs')).json()).runs[0].run_id")
    assert page.evaluate(SOCKET, f"runs/{run}/ws") == "run.started"
    page.reload()
    assert page.locator(".speech").inner_text() == "All is well."
    with page.expect_navigation():
        page.click("#sign-out")
    page.locator("#sign-in").wait_for()
    assert page.context.cookies() == []
    assert page.evaluate(SOCKET, f"runs/{run}/ws") == "refused"


def test_what_another_asked_is_not_shown(visit, url, tokens):
    page = visit(url)
    sign_in(page, tokens.made("ada", "ask"))
    page.locator("#user").get_by_text("ada").wait_for()
    asked(page, "A secret question")
    other = visit(url)
    sign_in(other, tokens.made("eve", "ask"))
    other.locator("#user").get_by_text("eve").wait_for()
    asked(other, "Another question")
    other.locator("#threads li").first.wait_for()
    assert other.locator("#threads li").count() == 1
    other.goto(page.url)
    other.reload()
    other.locator("#trouble").get_by_text("There is no thread").wait_for()
    assert "secret" not in other.locator("body").inner_text()


def test_a_token_that_is_revoked_signs_out(visit, url, tokens):
    page = visit(url)
    sign_in(page, tokens.made("ada", "ask"))
    page.locator("#user").get_by_text("ada").wait_for()
    asked(page, "How is it?")
    tokens.revoke("ada")
    page.evaluate("async () => { await (await import('/http.js')).get('threads').catch(() => null); }")
    page.locator("#sign-in").wait_for()
    assert not page.locator("#turns").is_visible()


def test_who_may_only_look_is_given_nothing_to_ask_with(visit, url, tokens):
    page = visit(url)
    sign_in(page, tokens.made("eve", "read"))
    page.locator("#user").get_by_text("eve").wait_for()
    assert not page.locator("#composer").is_visible()


def test_where_nobody_is_asked_nobody_signs_in(visit, serve, scripted):
    page = visit(serve(scripted(WORDS)).url)
    asked(page, "How is it?")
    assert not page.locator("#sign-in").is_visible()
    assert not page.locator("#user").is_visible()
