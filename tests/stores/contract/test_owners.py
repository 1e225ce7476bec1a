"""Owners: a thread belongs to the router that claimed it first."""

import asyncio
import sqlite3
from contextlib import closing

from mainstem.stores.owners import Owner, SqliteOwners

A, B = Owner("a"), Owner("b", "ada")


async def test_what_is_claimed_first_stays_so(stores, others):
    assert await stores.owners.of("thread", ["t"]) == {}
    assert await stores.owners.claim("thread", "t", A) == A
    assert await others.owners.claim("thread", "t", B) == A
    assert await others.owners.claim("thread", "u", B) == B
    assert await stores.owners.of("thread", ["t", "u", "v"]) == {"t": A, "u": B}


async def test_a_thread_and_a_run_of_the_same_id_are_apart(stores):
    await stores.owners.claim("thread", "x", A)
    assert await stores.owners.of("run", ["x"]) == {}
    assert await stores.owners.claim("run", "x", B) == B
    assert await stores.owners.of("thread", ["x"]) == {"x": A}


async def test_of_many_that_claim_at_once_all_are_told_the_same(opened):
    told = await asyncio.gather(*(opened().owners.claim("thread", "t", Owner("a", str(number))) for number in range(8)))
    assert len(set(told)) == 1


async def test_thousands_are_looked_up_at_once(stores):
    await stores.owners.claim("thread", "t4999", A)
    assert await stores.owners.of("thread", (f"t{number}" for number in range(5000))) == {"t4999": A}


async def test_owners_of_a_version_without_users_are_read(tmp_path):
    file = tmp_path / "owners.sqlite"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE owners (kind TEXT, id TEXT, router TEXT NOT NULL, PRIMARY KEY (kind, id))")
        database.execute("INSERT INTO owners VALUES ('thread', 't', 'a')")
    assert await SqliteOwners(file).of("thread", ["t"]) == {"t": A}
    assert await SqliteOwners(file).claim("thread", "u", B) == B
