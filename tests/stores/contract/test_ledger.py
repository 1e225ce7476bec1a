"""The ledger: a call is claimed once, and its outcome is known to whoever asks later."""

import asyncio
from dataclasses import replace

import pytest

from mainstem.stores.ledger import LedgerEntry, ToolCallClaim

CALL = ToolCallClaim("t", "m1", 0, "save_note", '{"title": "A"}', call_id="c1")


async def test_a_call_is_claimed_once_and_its_outcome_is_known_to_all(stores, others):
    assert await stores.ledger.find(CALL) is None
    assert await stores.ledger.claim(CALL) is None
    assert await others.ledger.claim(CALL) == LedgerEntry(None)
    await stores.ledger.finish(CALL, "saved", "error")
    assert await others.ledger.claim(CALL) == await others.ledger.find(CALL) == LedgerEntry("saved", "error")


async def test_of_many_that_claim_a_call_at_once_one_has_it(opened):
    claims = await asyncio.gather(*(opened().ledger.claim(CALL) for _ in range(8)))
    assert sorted(map(str, claims)) == sorted(["None", *[str(LedgerEntry(None))] * 7])


@pytest.mark.parametrize(
    "change", [{"thread": "u"}, {"message": "m2"}, {"position": 1}, {"tool": "other"}, {"args": '{"title": "B"}'}]
)
async def test_another_call_is_claimed_apart(stores, change):
    await stores.ledger.claim(CALL)
    await stores.ledger.finish(CALL, "saved")
    assert await stores.ledger.claim(replace(CALL, **change)) is None
    assert await stores.ledger.find(CALL) == LedgerEntry("saved")


async def test_a_providers_id_tells_nothing_apart(stores):
    await stores.ledger.claim(CALL)
    assert await stores.ledger.claim(replace(CALL, call_id="c2")) == LedgerEntry(None)
