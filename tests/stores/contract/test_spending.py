"""What threads and users have spent: added up over processes, each for itself."""

import asyncio

import pytest

from mainstem.stores.spending import SpendingError, SqliteSpentAmounts


async def test_amounts_are_added_up_whoever_adds_them(stores, others):
    assert await stores.spent.add("user", "ada", {}) == {}
    assert await stores.spent.add("user", "ada", {"tokens": 10, "cost": 0.5}) == {"tokens": 10, "cost": 0.5}
    assert await others.spent.add("user", "ada", {"tokens": -3}) == {"tokens": 7, "cost": 0.5}


async def test_kinds_and_keys_are_apart(stores):
    await stores.spent.add("user", "ada", {"turns": 1})
    assert await stores.spent.add("thread", "ada", {}) == {}
    assert await stores.spent.add("user", "bob", {}) == {}


async def test_many_at_once(opened):
    await asyncio.gather(*(opened().spent.add("user", "ada", {"turns": 1}) for _ in range(8)))
    assert await opened().spent.add("user", "ada", {}) == {"turns": 8}


async def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SpendingError) as raised:
        await SqliteSpentAmounts(tmp_path / "file" / "spending.sqlite").add("user", "ada", {})
    assert raised.value.hint
