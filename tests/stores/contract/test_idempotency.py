"""Idempotency keys: a key starts one run."""

import asyncio

import pytest

from mainstem.stores.idempotency import KnownKey, SentKey

KEY = SentKey("POST /runs", "k", b"1")


async def test_a_key_is_claimed_once_and_its_run_is_known_to_all(stores, others):
    assert await stores.keys.claim(KEY) is None
    assert await others.keys.claim(KEY) == KnownKey(b"1", None, None)
    await stores.keys.settle(KEY, "r", "t")
    assert await others.keys.claim(KEY) == KnownKey(b"1", "r", "t")


async def test_of_many_that_send_a_key_at_once_one_has_it(opened):
    claims = await asyncio.gather(*(opened().keys.claim(KEY) for _ in range(8)))
    assert claims.count(None) == 1


async def test_a_key_keeps_the_body_that_came_first(stores):
    await stores.keys.claim(KEY)
    known = await stores.keys.claim(SentKey("POST /runs", "k", b"2"))
    assert known is not None
    assert known.digest == b"1"


@pytest.mark.parametrize("other", [SentKey("POST /threads/t/resume", "k", b"1"), SentKey("POST /runs", "l", b"1")])
async def test_another_key_or_address_is_apart(stores, other):
    await stores.keys.claim(KEY)
    assert await stores.keys.claim(other) is None


@pytest.mark.parametrize("again", [b"1", b"2"])
async def test_a_key_that_started_nothing_is_free(stores, again):
    await stores.keys.claim(KEY)
    await stores.keys.forget(KEY)
    assert await stores.keys.claim(SentKey("POST /runs", "k", again)) is None
