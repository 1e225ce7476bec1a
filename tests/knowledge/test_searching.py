"""Searches as people make them: misspelt, in a folder of one file, of some files only, of files that are gone."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mainstem.knowledge import Library
from mainstem.knowledge.searching import corrected_query, only

from .conftest import Write

pytestmark = pytest.mark.worker

HANDBOOK = """# Handbook

## Holidays

Every employee has 28 vacation days in a year. Ask for them two weeks before.

## Parking

Cars stand in the yard.
"""


def documents(result) -> list[str]:
    return [passage.document for passage in result.passages]


async def test_a_folder_of_one_file_works_as_one_of_many(library: Library, write: Write):
    root = write({"handbook.md": HANDBOOK})
    await library.index([root / "handbook.md"])
    (alone,) = (await library.search("How many vacation days do I get?", paths=[root / "handbook.md"])).passages
    others = write(
        {f"other/{number}.md": f"The days of week {number} are long, and get longer." for number in range(40)}
    )
    await library.index([others])
    (among,) = (await library.search("How many vacation days do I get?", paths=[root / "handbook.md"])).passages
    assert "28 vacation days" in alone.text
    assert alone.coverage == among.coverage > 0.9
    assert alone.score > 0.3


async def test_what_is_misspelt_is_found_where_nothing_else_fits(library: Library, write: Write):
    await library.index([write({"handbook.md": HANDBOOK})])
    found = await library.search("Where do cras stnad?")
    assert found.respelled == {"cras": "cars", "stnad": "stand"}
    assert "Cars stand in the yard." in found.passages[0].text


async def test_a_misspelt_word_that_tells_nothing_is_read_as_it(library: Library, write: Write):
    await library.index([write({"handbook.md": HANDBOOK})])
    assert (await library.search("Wherre do cras stand?")).respelled == {"wherre": "where", "cras": "cars"}


async def test_a_slip_is_forgiven_beside_a_word_that_stands_nowhere(library: Library, write: Write):
    await library.index([write({"handbook.md": HANDBOOK})])
    assert (await library.search("zzyzx vacatoin days of every employee in 28 weeks")).respelled == {
        "vacatoin": "vacation"
    }


async def test_a_word_that_stands_there_is_never_doubted(library: Library, write: Write):
    await library.index([write({"handbook.md": HANDBOOK, "dance.md": "The vacaton is a dance of Halden."})])
    found = await library.search("vacaton")
    assert (documents(found), found.respelled) == (["dance.md"], {})


async def test_a_word_is_taken_only_for_one_that_is_written_somewhere(library: Library, write: Write):
    await library.index([write({"handbook.md": f"{HANDBOOK}\nBefore the evening, claims need a form per person."})])
    assert (await library.search("Which events did Peru list?")).respelled == {}
    assert (await library.search("evenyng")).respelled == {"evenyng": "evening"}


async def test_a_word_of_a_table_is_not_misspelt(library: Library, write: Write):
    root = write({"handbook.md": f"{HANDBOOK}\nThe elevens rest.", "data/elevent.csv": "place,free\nHalden,yes\n"})
    await library.index([root])
    assert (await library.search("Which elevents were free?")).respelled == {}


@pytest.mark.parametrize("query", ["vacation days", "pasta", "yrd", "zzyzx vacation", "bard parking", "tars of Peru"])
async def test_what_fits_or_is_too_far_is_left_as_it_is(library: Library, write: Write, query: str):
    await library.index([write({"handbook.md": HANDBOOK})])
    assert (await library.search(query)).respelled == {}


async def test_only_some_files_are_searched(library: Library, write: Write):
    root = write({"guide/a.md": "The ferry of A.", "guide/b.txt": "The ferry of B goes west.", "c.md": "Ferries at C."})
    for name, year in (("guide/a.md", 2020), ("guide/b.txt", 2022), ("c.md", 2024)):
        at = datetime(year, 5, 31, 12, tzinfo=UTC).timestamp()
        os.utime(root / name, (at, at))
    await library.index([root])

    async def found(**named: str) -> set[str]:
        return set(documents(await library.search("ferry", only=only(**named))))

    assert await found() == {"guide/a.md", "guide/b.txt", "c.md"}
    assert await found(folder="guide") == await found(folder="/guide/") == {"guide/a.md", "guide/b.txt"}
    assert await found(folder="guide/a.md") == {"guide/a.md"}
    assert await found(kind="md") == {"guide/a.md", "c.md"}
    assert await found(kind=".TXT, html") == {"guide/b.txt"}
    assert await found(since="2022-01-01") == {"guide/b.txt", "c.md"}
    assert await found(until="2022-12-31", kind="md") == {"guide/a.md"}
    assert await found(folder="nowhere") == set()
    assert (await library.search("ferry", only=only(kind="pdf"))).collection == "user"


@pytest.mark.parametrize(
    "named",
    [
        {"kind": "exe"},
        {"since": "yesterday"},
        {"until": "2024-02-31"},
        {"since": "2024-05-31", "until": "2024-05-30"},
    ],
)
def test_what_names_no_files_is_told(named: dict[str, str]):
    with pytest.raises(ValueError, match=r"No files of the kind|is no day|No day lies between"):
        only(**named)


async def test_a_deleted_file_is_not_found(library: Library, write: Write):
    root = write({"a.md": "The ferry of A.", "b.md": "A ferry goes west, from B.", "t.csv": "ferry,x\nA,1\n"})
    await library.index([root])
    (root / "a.md").unlink()
    (root / "t.csv").unlink()
    found = await library.search("ferry")
    assert (documents(found), found.tables) == (["b.md"], ())


def test_a_question_is_written_again_with_other_words():
    assert corrected_query("Whre is teh Yard?", {"whre": "where", "yard": "car"}) == "where is teh car?"


def test_a_search_as_a_model_is_given_it(tmp_path: Path):
    from mainstem.knowledge import SearchResult

    told = SearchResult((), (), "user", 3, {"a": "b"}).told()
    assert told == {"passages": [], "tables": [], "among": 3, "respelled": {"a": "b"}}
