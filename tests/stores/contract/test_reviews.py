"""Held answers: found by where they were asked, forgotten with their thread."""

from dataclasses import replace

from mainstem.stores.reviews import HeldAnswer

HELD = HeldAnswer("r1", "t", "speak:1", "d", "rival", "Who?", "So does ", "Acme.", "{}", expires_at="2026-01-01")


async def test_an_answer_is_found_by_another_process(stores, others):
    assert await others.reviews.find("t", "speak:1", "d") is None
    await stores.reviews.keep(HELD)
    assert await others.reviews.find("t", "speak:1", "d") == HELD
    assert await others.reviews.find("t", "speak:2", "d") is None
    assert await others.reviews.of(["r1", "r2"]) == {"r1": HELD}


async def test_another_answer_to_the_same_question_replaces_it(stores):
    await stores.reviews.keep(HELD)
    later = replace(HELD, review_id="r2", text="Globex.")
    await stores.reviews.keep(later)
    assert await stores.reviews.of(["r1", "r2"]) == {"r2": later}


async def test_a_thread_is_forgotten_with_its_answers(stores):
    await stores.reviews.forget("t")
    await stores.reviews.keep(HELD)
    await stores.reviews.keep(replace(HELD, thread="other", review_id="r2"))
    await stores.reviews.forget("t")
    assert list(await stores.reviews.of(["r1", "r2"])) == ["r2"]
