"""Search and reading."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from mainstem.knowledge import Library, NotFound
from mainstem.stores.knowledge import search as search_module
from mainstem.stores.knowledge.sqlite import SqliteIndex

from .conftest import Write

pytestmark = pytest.mark.worker

STREAMS = "# Streams\n\nA stream carries events.\n\n## Resuming\n\nA dropped connection is resumed with the last id."
RIVERS = "# Rivers\n\nThe Danube flows through ten countries.\n"


@pytest.fixture
async def library(library: Library, write: Write) -> Library:
    await library.index([write({"guide/streams.md": STREAMS, "rivers.txt": RIVERS, "guide/other.md": "Nothing else."})])
    return library


async def test_a_passage_is_an_exact_stretch_of_its_document(library: Library):
    [passage] = (await library.search("How do I resume a dropped connection?")).passages

    page = await library.read("streams.md", length=10_000)
    assert page.text == STREAMS
    assert page.text[passage.start : passage.end] == passage.text
    assert passage.document == "guide/streams.md"
    assert passage.path.endswith("/docs/guide/streams.md")
    assert (passage.line, passage.page) == (1, None)
    assert passage.score > 0


async def test_words_are_stemmed_and_folded(library: Library):
    for query in ("resumed", "RESUMING", "résumé streams"):
        assert (await library.search(query)).passages[0].document == "guide/streams.md"


async def test_a_heading_is_found_and_counts_more_than_text(library: Library, write: Write):
    filler = "Other words fill this passage up to its end. " * 2
    more = "Here is even more of them. " * 2  # by the text alone, the shorter passage would come first
    root = write({"a.md": f"# Other\n\nturbidity {filler}", "b.md": f"# Turbidity\n\n{filler}{more}"})
    await library.index([root])

    passages = (await library.search("turbidity")).passages
    assert [passage.heading for passage in passages] == ["Turbidity", "Other"]


@pytest.mark.parametrize(
    "query",
    ["", "   ", '" OR NEAR(', "*", "^", "a AND", "NOT", "heading:x", "{}", "\0", '""', "(", "-", "🙂", "???", "' --"],
)
async def test_no_query_is_an_error(library: Library, query: str):
    result = await library.search(query)

    assert all(passage.text for passage in result.passages)


@pytest.mark.parametrize("query", ['" OR NEAR(', "*:^()", "--- \" '"])
async def test_operators_are_only_words(library: Library, query: str):
    assert (await library.search(query)).passages == ()


async def test_stop_words_are_searched_for_only_when_there_are_no_others(library: Library):
    assert search_module.words("What is the Danube?") == ["danube"]
    assert search_module.words("What is it?") == ["what", "is", "it"]
    assert (await library.search("through")).passages[0].document == "rivers.txt"


async def test_coverage_is_the_share_of_the_question_that_is_there(library: Library):
    async def coverage(query: str) -> float:
        return (await library.search(query)).passages[0].coverage

    assert await coverage("Danube countries") == 1.0
    assert await coverage("rivers Danube") == 1.0  # a heading counts
    assert 0.3 < await coverage("Danube bridges") < 0.6
    assert await coverage("Danube suspension bridges built by engineers") < 0.3


async def test_only_what_lies_below_the_given_paths(library: Library, write: Write):
    root = write({})

    assert {p.document for p in (await library.search("nothing streams danube", paths=[root / "guide"])).passages} == {
        "guide/streams.md", "guide/other.md",
    }  # fmt: skip
    assert [p.document for p in (await library.search("streams danube", paths=[root / "rivers.txt"])).passages] == [
        "rivers.txt"
    ]
    assert (await library.search("danube", paths=[root / "gui"])).passages == ()
    assert (await library.search("danube", paths=[])).passages == ()
    assert [each.document for each in await library.documents(paths=[root / "guide"])] == [
        "guide/other.md",
        "guide/streams.md",
    ]


async def test_the_limit(library: Library, write: Write):
    await library.index([write({f"{number}.md": f"Alpha {number}." for number in range(12)})])

    assert len((await library.search("alpha")).passages) == 8
    assert len((await library.search("alpha", limit=3)).passages) == 3
    assert (await library.search("alpha", limit=0)).passages == ()


async def test_common_words_are_left_out_only_to_save_work(library: Library, write: Write, tmp_path: Path):
    files = {f"{number}.md": f"Common words number {number}." for number in range(30)}
    await library.index([write(files | {"rare.md": "A rare thing.", "both.md": "Common rare thing."})])
    sparing = Library(tmp_path, index=SqliteIndex(tmp_path / "home", max_scored=5))

    passages = (await sparing.search("common rare", limit=2)).passages
    assert [(passage.document, passage.coverage) for passage in passages] == [
        ("both.md", 1.0),
        ("rare.md", pytest.approx(0.9, abs=0.1)),
    ]
    # Where the rare words alone do not fill the list, all words are searched for.
    found = await sparing.search("common rare number", limit=8)
    await sparing.close()
    assert await library.search("common rare number", limit=8) == found


async def test_tables_whose_name_or_columns_match(library: Library, write: Write):
    root = write(
        {
            "sales_2023.csv": "region,netRevenue\nEast,5\n",
            "staff.csv": "name,salary\nAda,9\n",
            "notes.md": "Some notes.",
        }
    )
    await library.index([root])

    result = await library.search("What was the net revenue by region?")
    assert [table.name for table in result.tables] == ["sales_2023"]
    assert [column.name for column in result.tables[0].columns] == ["region", "netRevenue"]
    assert [table.name for table in (await library.search("staff")).tables] == ["staff"]
    assert (await library.search("staff", paths=[root / "sales_2023.csv"])).tables == ()
    assert (await library.search("notes")).tables == ()


async def test_reading_goes_on_where_it_ended(library: Library):
    parts: list[str] = []
    start: int | None = 0
    while start is not None:
        page = await library.read("guide/streams.md", start=start, length=17)
        assert (page.start, page.end, page.total_chars) == (start, start + len(page.text), len(STREAMS))
        parts.append(page.text)
        start = page.next_start
    assert "".join(parts) == STREAMS
    assert (await library.read("streams.md", start=10**9)).text == ""
    assert (await library.read("streams.md", start=-5, length=3)).text == STREAMS[:3]


async def test_a_long_document_is_read_across_passages(library: Library, write: Write):
    text = "\n\n".join(f"Paragraph {number}. " + "Words. " * 60 for number in range(40))
    await library.index([write({"long.md": "\n\n" + text})])

    whole = "\n\n" + text
    page = await library.read("long.md", start=5000, length=6000)
    assert page.text == whole[5000:11000]
    for passage in (await library.search("paragraph")).passages:
        assert whole[passage.start : passage.end] == passage.text
        assert passage.line == whole.count("\n", 0, passage.start) + 1


async def test_a_document_goes_by_any_end_of_its_name(library: Library, write: Write):
    root = write({})
    for name in ("guide/streams.md", "streams.md", "./guide/streams.md", str(root / "guide/streams.md"), "STREAMS.MD"):
        assert (await library.read(name)).document == "guide/streams.md"


async def test_an_unknown_document_names_the_closest(library: Library):
    with pytest.raises(NotFound, match=r"no document 'steams.md'. The closest names are: guide/streams.md"):
        await library.read("steams.md")
    with pytest.raises(NotFound, match=r"no document 'treams\.md'"):
        await library.read("treams.md")


async def test_a_name_that_two_documents_share(library: Library, write: Write):
    root = write({"a/x.md": "Alpha.", "b/x.md": "Beta."})
    await library.index([root])

    with pytest.raises(NotFound, match=r"2 documents are called 'x.md': .*a/x.md, .*b/x.md. Give the path"):
        await library.read("x.md")
    assert (await library.read("b/x.md")).text == "Beta."
    assert (await library.read("x.md", paths=[root / "a"])).text == "Alpha."


@pytest.mark.real
async def test_a_search_imports_no_heavy_library(library: Library, tmp_path):
    script = f"""
import asyncio, sys
from pathlib import Path
from mainstem.knowledge import Library
found = asyncio.run(Library(Path({str(tmp_path / "home")!r})).search("danube"))
assert found.passages
print(*(name for name in ("duckdb", "pypdfium2", "docx", "selectolax", "filelock", "numpy") if name in sys.modules))
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await process.communicate()
    assert (out.decode().strip(), process.returncode) == ("", 0), err.decode()


@pytest.mark.real
async def test_the_process_that_reads_imports_what_it_needs():
    code = "import sys, mainstem.knowledge.files.reader_worker; print(*{'pydantic', 'langgraph'} & set(sys.modules))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert (process.returncode, said.split()) == (0, [])
