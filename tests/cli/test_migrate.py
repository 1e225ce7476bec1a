"""`mainstem migrate`: what it says, and what it refuses in one line."""

import asyncio

import pytest

from mainstem import Settings
from mainstem.stores.journal.process_mark import ProcessMark
from mainstem.stores.opening import open_stores
from mainstem.stores.users import User

from .commands import line, run

pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture
def home(tmp_path):
    stores = open_stores(Settings(home=tmp_path / "home"))
    asyncio.run(stores.tokens.create("laptop", User("ada")))
    return tmp_path / "home"


def test_what_was_moved_is_told(home, database_url, monkeypatch):
    monkeypatch.setenv("MAINSTEM_DATABASE_URL", database_url)
    moved = run("migrate", "--home", home)
    assert moved.exit_code == 0, moved.output
    assert "1 tokens, 1 of them new" in moved.stdout
    assert "is in postgresql://127.0.0.1" in moved.stdout
    assert "indexed anew" in moved.stdout
    assert [token.name for token in asyncio.run(open_stores(Settings()).tokens.listed())] == ["laptop"]
    again = run("migrate", "--home", home)
    assert again.exit_code == 0
    assert "new" not in again.stdout.replace("anew", "")


def test_without_a_database_it_is_said_what_to_name(home):
    refused = run("migrate", "--home", home)
    assert refused.exit_code == 2
    assert "MAINSTEM_DATABASE_URL is not set" in line(refused)


def test_what_is_no_address_and_what_cannot_be_reached_are_said_in_a_line(home, monkeypatch):
    monkeypatch.setenv("MAINSTEM_DATABASE_URL", "nowhere")
    assert "is no address of a database" in line(run("migrate", "--home", home))
    monkeypatch.setenv("MAINSTEM_DATABASE_URL", "postgresql://127.0.0.1:1/x")
    refused = run("migrate", "--home", home)
    assert refused.exit_code == 1
    assert "MAINSTEM_DATABASE_URL" in line(refused)


def test_a_home_with_nothing_in_it_is_said_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setenv("MAINSTEM_DATABASE_URL", "postgresql://127.0.0.1:1/x")
    refused = run("migrate", "--home", tmp_path / "none")
    assert refused.exit_code == 1
    assert "There is nothing to move in" in line(refused)
    assert not (tmp_path / "none").exists()


def test_a_home_that_is_used_is_said_in_a_line(home, monkeypatch):
    monkeypatch.setenv("MAINSTEM_DATABASE_URL", "postgresql://127.0.0.1:1/x")
    owner = ProcessMark(home / "journal.sqlite")
    refused = run("migrate", "--home", home)
    owner.release()
    assert refused.exit_code == 1
    assert "still uses" in line(refused)
