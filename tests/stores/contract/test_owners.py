"""Owners: a thread belongs to the router that claimed it first."""

import asyncio


async def test_what_is_claimed_first_stays_so(stores, others):
    assert await stores.owners.of("thread", ["t"]) == {}
    assert await stores.owners.claim("thread", "t", "a") == "a"
    assert await others.owners.claim("thread", "t", "b") == "a"
    assert await others.owners.of("thread", ["t", "u"]) == {"t": "a"}


async def test_a_thread_and_a_run_of_the_same_id_are_apart(stores):
    await stores.owners.claim("thread", "x", "a")
    assert await stores.owners.of("run", ["x"]) == {}
    assert await stores.owners.claim("run", "x", "b") == "b"
    assert await stores.owners.of("thread", ["x"]) == {"x": "a"}


async def test_of_many_that_claim_at_once_all_are_told_the_same(opened):
    told = await asyncio.gather(*(opened().owners.claim("thread", "t", str(number)) for number in range(8)))
    assert len(set(told)) == 1


async def test_thousands_are_looked_up_at_once(stores):
    await stores.owners.claim("thread", "t4999", "a")
    assert await stores.owners.of("thread", (f"t{number}" for number in range(5000))) == {"t4999": "a"}
