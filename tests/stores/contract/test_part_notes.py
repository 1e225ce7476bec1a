"""Notes of parts: found by their key, in every process, and bounded."""

import asyncio

import pytest

from mainstem.stores.errors import NotesError
from mainstem.stores.part_notes import SqlitePartNotes


async def test_what_is_kept_is_found_by_all(stores, others):
    assert await stores.part_notes.find(b"a") is None
    await stores.part_notes.keep(b"a", "- one [1]")
    assert await others.part_notes.find(b"a") == "- one [1]"
    assert await others.part_notes.known([b"a", b"b"]) == {b"a"}


async def test_the_last_notes_of_a_key_count(stores):
    await stores.part_notes.keep(b"a", "first")
    await stores.part_notes.keep(b"a", "second")
    assert await stores.part_notes.find(b"a") == "second"


async def test_many_at_once(opened):
    await asyncio.gather(*(opened().part_notes.keep(bytes([n]), str(n)) for n in range(8)))
    assert await opened().part_notes.known([bytes([n]) for n in range(9)]) == {bytes([n]) for n in range(8)}


async def test_what_was_used_least_recently_is_forgotten(tmp_path):
    notes = SqlitePartNotes(tmp_path / "notes.sqlite", max_chars=25)
    await notes.keep(b"a", "a" * 10)
    await notes.keep(b"b", "b" * 10)
    assert await notes.find(b"a")
    await notes.keep(b"c", "c" * 10)
    assert await notes.known([b"a", b"b", b"c"]) == {b"a", b"c"}


async def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotesError):
        await SqlitePartNotes(tmp_path / "file" / "notes.sqlite").keep(b"a", "x")
