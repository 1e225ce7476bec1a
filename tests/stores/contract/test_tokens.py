"""Tokens: told once, kept as hashes, found while they count."""

import time

import pytest

from mainstem.stores.errors import TokensError
from mainstem.stores.users import User

ADA = User("ada", frozenset({"ask", "read"}), {"team": "finance"})


async def test_a_token_is_found_by_all_until_it_is_revoked(stores, others):
    text = await stores.tokens.create("laptop", ADA)
    found = await others.tokens.find(text)
    assert (found.name, found.user) == ("laptop", ADA)
    assert [each.name for each in await others.tokens.listed()] == ["laptop"]
    assert await others.tokens.revoke("laptop")
    assert await stores.tokens.find(text) is None
    assert await stores.tokens.listed() == []
    assert not await stores.tokens.revoke("laptop")


async def test_what_is_no_token_is_not_found(stores):
    assert await stores.tokens.find("mainstem_12345678_x") is None
    text = await stores.tokens.create("laptop", ADA)
    other = text[:-1] + ("a" if text[-1] != "a" else "b")
    for wrong in ("", "x", text.removeprefix("mainstem_"), text[:-1], text + "x", other, text.upper()):
        assert await stores.tokens.find(wrong) is None, wrong


async def test_a_token_that_is_over_is_listed_and_not_found(stores):
    text = await stores.tokens.create("old", ADA, ends_at=time.time() - 1)
    kept = await stores.tokens.create("new", ADA, ends_at=time.time() + 3600)
    assert await stores.tokens.find(text) is None
    assert (await stores.tokens.find(kept)).name == "new"
    assert [each.over for each in await stores.tokens.listed()] == [False, True]


async def test_a_name_is_given_once(stores, others):
    await stores.tokens.create("laptop", ADA)
    with pytest.raises(TokensError, match="already"):
        await others.tokens.create("laptop", User("eve"))


async def test_nothing_of_a_home_holds_the_token(stores, kept):
    text = await stores.tokens.create("laptop", ADA)
    assert b"laptop" in kept()
    assert text.rpartition("_")[2].encode() not in kept()
