"""Titles of threads: what a person called one, until that is taken away."""


async def test_a_title_is_kept_changed_and_taken_away(stores, others):
    assert await stores.thread_titles.of(["t"]) == {}
    await stores.thread_titles.set("t", None)
    await stores.thread_titles.set("t", "One")
    await others.thread_titles.set("t", "Two")
    await stores.thread_titles.set("u", "Other")
    assert await stores.thread_titles.of(["t", "nowhere"]) == {"t": "Two"}
    await stores.thread_titles.set("t", None)
    assert await others.thread_titles.of(["t", "u"]) == {"u": "Other"}


async def test_thousands_are_looked_up_at_once(stores):
    await stores.thread_titles.set("t4999", "Last")
    assert await stores.thread_titles.of(f"t{number}" for number in range(5000)) == {"t4999": "Last"}
