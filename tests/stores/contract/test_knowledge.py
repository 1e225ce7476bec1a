"""The index: what was put in is found, listed and read by every process, and what was taken out is gone."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from mainstem.stores.errors import Busy
from mainstem.stores.interruptible import Stopped, StopSignal
from mainstem.stores.knowledge import (
    BUNDLED,
    USER,
    Changes,
    Chunk,
    Column,
    File,
    FileContent,
    KnowledgeIndex,
    QueryVector,
    Skipped,
    SkipRecord,
    TableCopy,
)
from mainstem.stores.opening import Stores

FERRY = "The ferry sails from the south harbour at seven.\n\n"
TRAIN = "Trains leave for the mountains every hour."
COLUMNS = (Column("harbour", "VARCHAR"), Column("boatCount", "BIGINT"))


def file(path: str, modified: int = 1) -> File:
    return File(path, path.rpartition("/")[2], path.rpartition(".")[2], 10, modified)


def text(path: str, *pieces: str) -> FileContent:
    """A document of these pieces, each under its own heading."""
    starts = [sum(map(len, pieces[:number])) for number in range(len(pieces))]
    chunks = [Chunk(f"Part {start}", piece, start, None, 1) for start, piece in zip(starts, pieces, strict=True)]
    return FileContent(file(path), sha256("".join(pieces).encode()).hexdigest(), chunks)


def table(index: KnowledgeIndex, path: str, copy: str) -> FileContent:
    index.copies.mkdir(parents=True, exist_ok=True)
    (index.copies / copy).write_bytes(b"rows")
    return FileContent(
        file(path), sha256(copy.encode()).hexdigest(), (), [TableCopy(None, index.copies / copy, COLUMNS, 3)]
    )


def put(index: KnowledgeIndex, *readings: FileContent, collection: str = USER, gone: Iterable[int] = ()) -> None:
    with index.alone(StopSignal(), lambda: None), index.writing(StopSignal()) as writer:
        writer.apply(collection, Changes(gone=list(gone), contents=list(readings)))


def found(index: KnowledgeIndex, query: str, *roots: str, collection: str | None = None) -> list[str]:
    """The paths of the passages that are found, best first."""
    places = [Path(root) for root in roots] or None
    with index.reading(StopSignal(), places, collection) as selection:
        return [passage.path for passage in selection.passages(query, 8)] if selection else []


@pytest.fixture
def index(stores: Stores) -> Iterable[KnowledgeIndex]:
    """The index of an empty home."""
    yield stores.knowledge
    stores.knowledge.close()


@pytest.fixture
def other(others: Stores) -> Iterable[KnowledgeIndex]:
    """The same index, as another process has it."""
    yield others.knowledge
    others.knowledge.close()


def test_an_index_that_was_never_written_holds_nothing(index: KnowledgeIndex):
    assert not index.exists()
    assert found(index, "ferry") == []
    assert index.skipped(StopSignal(), None, USER) == []


def test_a_passage_is_found_by_another_process(index: KnowledgeIndex, other: KnowledgeIndex):
    put(index, text("/d/a.md", FERRY, TRAIN), text("/d/b.md", "Nothing of the kind."))
    assert other.exists()
    with other.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        assert selection.collection == USER
        best = selection.passages("When does the ferry sail?", 8)[0]
    assert (best.document, best.path, best.heading, best.text) == ("a.md", "/d/a.md", "Part 0", FERRY.strip())
    assert (best.start, best.end, best.page, best.line) == (0, len(FERRY.strip()), None, 1)
    assert best.coverage == 1.0
    assert best.score > 0


def test_the_shorter_of_two_passages_that_say_the_same_is_better(index: KnowledgeIndex):
    put(index, text("/d/long.md", TRAIN + " Some other words of it" * 2), text("/d/short.md", TRAIN))
    assert found(index, "trains to the mountains") == ["/d/short.md", "/d/long.md"]


def test_of_passages_that_say_the_same_one_is_given(index: KnowledgeIndex):
    put(index, text("/d/a.md", TRAIN), text("/d/b.md", f"{TRAIN}\n"), text("/d/c.md", "A train of thought."))
    assert found(index, "trains to the mountains") == ["/d/a.md"]


def test_a_file_that_is_gone_is_not_given(index: KnowledgeIndex):
    put(index, text("/d/a.md", FERRY), text("/d/b.md", f"{FERRY} Another ferry sails at night, of another company."))
    with index.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        kept = selection.passages("ferry", 8, lambda path: path == "/d/b.md")
    assert [passage.path for passage in kept] == ["/d/b.md"]


def test_what_is_far_behind_the_best_is_left_out(index: KnowledgeIndex):
    put(index, text("/d/a.md", FERRY), text("/d/b.md", TRAIN), text("/d/c.md", "The harbour is old."))
    assert found(index, "When does the ferry sail from the harbour?") == ["/d/a.md"]


def test_a_words_rarity_is_that_of_where_is_searched(index: KnowledgeIndex):
    """The same question gets the same scores from a file, whatever else is indexed."""
    put(index, text("/a/a.md", FERRY, "The harbour is old. A museum stands beside it."))

    def scores() -> list[tuple[float, float]]:
        with index.reading(StopSignal(), [Path("/a")], None) as selection:
            assert selection is not None
            return [(each.score, each.coverage) for each in selection.passages("ferry harbour", 8)]

    before = scores()
    assert all(score > 0.1 for score, _ in before)
    put(index, *(text(f"/b/{number}.md", f"A ferry, number {number}, of many ferries.") for number in range(50)))
    after = scores()
    assert [coverage for _, coverage in after] == [coverage for _, coverage in before]
    assert [score for score, _ in after] == pytest.approx([score for score, _ in before], rel=0.3)


def test_a_word_that_all_passages_hold_still_finds_them(index: KnowledgeIndex):
    put(index, text("/d/a.md", FERRY))
    with index.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        (passage,) = selection.passages("ferry", 8)
    assert passage.score > 0.1
    assert passage.coverage == 1.0


def test_another_word_of_the_same_stem_covers_less(index: KnowledgeIndex):
    put(index, text("/d/a.md", "Production staff work in shifts."), text("/d/b.md", "Products are sold. Boats sail."))

    def coverage(query: str) -> dict[str, float]:
        with index.reading(StopSignal(), None, None) as selection:
            assert selection is not None
            return {each.path: each.coverage for each in selection.passages(query, 8)}

    assert coverage("product") == {"/d/a.md": 0.5, "/d/b.md": 1.0}
    assert coverage("sailing")["/d/b.md"] == 1.0


def test_one_section_leaves_room_for_others(index: KnowledgeIndex):
    long = [f"The ferry of {name} sails at {name} o'clock from {name}." for name in "abcdefghi"]
    file_ = text("/d/long.md", *long)
    put(index, replace(file_, pieces=[piece._replace(heading="Ferries") for piece in file_.pieces]))
    put(index, text("/d/other.md", "A ferry sails on the lake in the summer months too."))
    paths = found(index, "ferry sails")
    assert len(paths) == 8
    assert "/d/other.md" in paths


def test_more_of_one_document_leaves_places_to_others(index: KnowledgeIndex):
    put(index, text("/d/long.md", *(f"The ferry of {name} sails from {name} at {name}{name}." for name in "abcdef")))
    others = [f"/d/{number}.md" for number in range(7)]
    put(index, *(text(path, f"A ferry sails to {path} on {at}{at} {at}x {at}y.") for at, path in enumerate(others)))
    paths = found(index, "ferry sails")
    assert (len(paths), {*others} - {*paths}) == (8, set())


def test_a_rarer_word_counts_more(index: KnowledgeIndex):
    many = [text(f"/d/{number}.md", "Many mountains here.") for number in range(20)]
    put(index, *many, text("/d/rare.md", "Few trains are here."))
    assert found(index, "trains and mountains")[0] == "/d/rare.md"


@pytest.mark.parametrize("query", ["", '"', "the", "a AND (b", "NEAR(*", "xyzzy", "\x00"])
def test_any_words_may_be_asked_for(index: KnowledgeIndex, query: str):
    put(index, text("/d/a.md", FERRY))
    assert found(index, query) in ([], ["/d/a.md"])


def test_only_what_lies_below_the_roots_is_meant(index: KnowledgeIndex):
    paths = ("/d/a.md", "/d/sub/b.md", "/d2/c.md", "/d/a.md.md")
    put(index, *(text(path, f"{FERRY} {path} {at}{at} {at}x {at}y {at}z") for at, path in enumerate(paths)))
    assert sorted(found(index, "ferry", "/d")) == ["/d/a.md", "/d/a.md.md", "/d/sub/b.md"]
    assert found(index, "ferry", "/d/a.md") == ["/d/a.md"]
    assert sorted(found(index, "ferry", "/d/sub", "/d2/c.md")) == ["/d/sub/b.md", "/d2/c.md"]
    assert found(index, "ferry", "/elsewhere") == []


def test_collections_are_apart_and_the_users_comes_first(index: KnowledgeIndex):
    put(index, text("/docs/m.md", FERRY), collection=BUNDLED)
    assert found(index, "ferry") == ["/docs/m.md"]
    put(index, text("/d/a.md", FERRY))
    assert found(index, "ferry") == ["/d/a.md"]
    assert found(index, "ferry", collection=BUNDLED) == ["/docs/m.md"]
    assert found(index, "ferry", "/docs") == ["/docs/m.md"]
    assert found(index, "ferry", collection="none") == []


def test_documents_are_listed_and_read(index: KnowledgeIndex):
    put(index, text("/d/b.md", FERRY, TRAIN), text("/d/a.md", TRAIN))
    with index.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        listed = selection.documents()
        assert [(each.document, each.kind, each.chars, each.passages) for each in listed] == [
            ("a.md", "md", len(TRAIN), 1),
            ("b.md", "md", len(FERRY + TRAIN), 2),
        ]
        assert selection.text("/d/b.md", 0, 10_000) == FERRY + TRAIN
        assert selection.text("/d/b.md", len(FERRY) - 4, len(FERRY) + 5) == (FERRY + TRAIN)[len(FERRY) - 4 :][:9]


def test_tables_are_found_listed_and_their_copies_kept(index: KnowledgeIndex):
    put(index, table(index, "/d/boats.csv", "one"), table(index, "/e/boats.csv", "two"), text("/d/a.md", FERRY))
    with index.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        assert [each.name for each in selection.tables("How many boats, by harbour?")] == ["boats", "e_boats"]
        assert selection.tables("count") != ()
        assert selection.tables("mountain") == ()
        (first, copy), _ = selection.catalog()
    assert (first.name, first.document, first.path, first.columns, first.rows) == (
        "boats", "boats.csv", "/d/boats.csv", COLUMNS, 3,
    )  # fmt: skip
    assert copy.read_bytes() == b"rows"
    with index.alone(StopSignal(), lambda: None), index.writing(StopSignal()) as writer:
        assert writer.count(USER, [Path("/d")]) == (1, 1)
        assert writer.lost() == {}
        copy.unlink()
        lost = writer.lost()  # or it was kept elsewhere, and is back
        assert lost == {USER: {"/d/boats.csv": "boats.csv"}} if not copy.exists() else copy.read_bytes() == b"rows"


def test_a_writer_knows_what_it_put_in(index: KnowledgeIndex, other: KnowledgeIndex):
    reading = text("/d/a.md", FERRY)
    put(index, reading, text("/e/b.md", TRAIN))
    left = SkipRecord(file("/d/bad.pdf"), "ab", "it is damaged", "limits")
    with other.alone(StopSignal(), lambda: None), other.writing(StopSignal()) as writer:
        known = writer.known(USER, [Path("/d")])
        assert list(known) == ["/d/a.md"]
        before = known["/d/a.md"]
        assert (before.name, before.stamp, before.digest) == ("a.md", (10, 1), reading.digest)
        writer.apply(USER, Changes(same=[(before.id, File("/d/a.md", "new/a.md", "md", 11, 2))], skipped=[left]))
        assert writer.known(USER, None)["/d/a.md"].stamp == (11, 2)
        skipped = writer.skipped(USER, None)["/d/bad.pdf"]
        assert (skipped.stamp, skipped.digest, skipped.reason, skipped.limits) == (
            (10, 1), "ab", "it is damaged", "limits",
        )  # fmt: skip
        assert writer.skipped(BUNDLED, None) == {}
    assert index.skipped(StopSignal(), [Path("/d")], USER) == [Skipped("/d/bad.pdf", "it is damaged")]
    with index.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        assert [each.document for each in selection.documents()] == ["b.md", "new/a.md"]
    with other.alone(StopSignal(), lambda: None), other.writing(StopSignal()) as writer:
        writer.apply(USER, Changes(unskipped=["/d/bad.pdf"]))
    assert index.skipped(StopSignal(), None, USER) == []


def test_what_is_taken_out_is_found_no_more(index: KnowledgeIndex, other: KnowledgeIndex):
    put(index, text("/d/a.md", FERRY), text("/d/b.md", FERRY), table(index, "/d/boats.csv", "one"))
    with other.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        ((_, copy),) = selection.catalog()
    assert copy.read_bytes() == b"rows"
    with index.alone(StopSignal(), lambda: None), index.writing(StopSignal()) as writer:
        gone = [writer.known(USER, None)[path].id for path in ("/d/a.md", "/d/boats.csv")]
    put(index, text("/d/c.md", TRAIN), gone=gone)
    assert found(other, "ferry") == ["/d/b.md"]
    with other.alone(StopSignal(), lambda: None), other.writing(StopSignal()) as writer:
        writer.sweep()
        assert list(other.copies.iterdir()) == []
        assert writer.count(USER, None) == (2, 0)
        assert writer.forget(Path("/d/b.md")) == 1
        assert writer.forget(Path("/d")) == 1
        assert writer.known(USER, None) == {}
    assert found(index, "ferry trains") == []


def test_changes_are_written_whole_or_not_at_all(index: KnowledgeIndex):
    put(index, text("/d/a.md", FERRY))
    broken = FileContent(file("/d/c.md"), "no digest")
    with index.alone(StopSignal(), lambda: None), index.writing(StopSignal()) as writer:
        gone = [writer.known(USER, None)["/d/a.md"].id]
        with pytest.raises(ValueError, match="hex"):
            writer.apply(USER, Changes(gone=gone, contents=[text("/d/b.md", FERRY), broken]))
    assert found(index, "ferry") == ["/d/a.md"]


def test_a_reader_sees_one_state_while_another_writes(index: KnowledgeIndex, other: KnowledgeIndex):
    put(index, text("/d/a.md", FERRY))
    with index.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        put(other, text("/d/b.md", "Another ferry goes west, to the islands."))
        assert len(selection.passages("ferry", 8)) == len(selection.documents()) == 1
    assert sorted(found(index, "ferry")) == ["/d/a.md", "/d/b.md"]


def test_one_index_run_at_a_time(index: KnowledgeIndex, other: KnowledgeIndex):
    waited: list[str] = []
    with index.alone(StopSignal(), lambda: None):
        with pytest.raises(Busy), other.alone(StopSignal(), lambda: waited.append("once"), 0.3):
            pass
        stop = StopSignal()
        with pytest.raises(Stopped), other.alone(stop, stop.set):
            pass
    assert waited == ["once"]
    with other.alone(StopSignal(), lambda: None, 0.0):
        pass


def search_often(index: KnowledgeIndex, stop: StopSignal) -> None:
    with index.reading(stop, None, None) as selection:
        assert selection is not None
        for _ in range(100):
            selection.passages("ferry harbour", 8)


def test_what_is_stopped_ends(index: KnowledgeIndex):
    own = [" ".join(f"w{number}x{at}" for at in range(20)) for number in range(2000)]
    put(index, *(text(f"/d/{number}.md", f"{FERRY} {words}") for number, words in enumerate(own)))
    stop = StopSignal()
    stop.set()
    with pytest.raises(Stopped):
        search_often(index, stop)
    assert len(found(index, "ferry")) == 8


def test_an_index_that_is_set_aside_is_made_anew(index: KnowledgeIndex):
    """Those of its files that are not kept elsewhere are named before, to be put in again."""
    ferry, train = text("/d/a.md", FERRY), text("/d/b.md", TRAIN)
    put(index, ferry)
    index.examine(StopSignal())
    named = index.salvaged()
    assert named in ({USER: {"/d/a.md": "a.md"}}, {})
    assert index.set_aside()
    assert found(index, "ferry") == ([] if named else ["/d/a.md"])
    put(index, *([ferry] if named else []), train)
    assert found(index, "ferry") == ["/d/a.md"]
    assert found(index, "mountains") == ["/d/b.md"]


def test_a_table_is_found_by_a_value_and_shows_those_that_the_question_needs(index: KnowledgeIndex):
    few = Column("kind", "VARCHAR", values=("ferry", "tug"), distinct=2)
    many = Column("name", "VARCHAR", values=(*(f"ship {at}" for at in range(50)), "Blue Heron"), distinct=51)
    index.copies.mkdir(parents=True, exist_ok=True)
    copies = [TableCopy(None, index.copies / "a.parquet", (few, many), 51, (("tug", "ship 1"),), ("a note",))]
    put(index, FileContent(file("/d/boats.csv"), "00", (), copies), table(index, "/d/trains.csv", "b.parquet"))
    with index.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        (found,) = selection.tables("Where is the Blue Heron?")
    kind, name = found.columns
    assert (found.name, found.sample, found.notes) == ("boats", (("tug", "ship 1"),), ("a note",))
    assert (kind.values, kind.distinct) == (("ferry", "tug"), 2)
    assert (name.values, name.distinct) == (("Blue Heron",), 51)

    with index.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        assert all(not column.values for each, _ in selection.catalog() for column in each.columns)
    put(index, gone=[1])
    with index.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        assert selection.tables("Where is the Blue Heron?") == ()


BOATS = "Boats leave for the islands at noon."
"""What the tests below call near to a question that shares no word with it."""


def embed(index: KnowledgeIndex, model: str, roots: list[Path] | None = None) -> int:
    """Give vectors to the passages that have none of `model`: those of boats point one way, all others another."""
    with index.alone(StopSignal(), lambda: None), index.writing(StopSignal()) as writer:
        blocks = writer.unembedded(USER, roots, model)
        for block in blocks:
            rows = [[1.0, 0.2] if BOATS in text else [0.1, -2.0] for text in writer.texts(block)]
            writer.put_vectors(model, [(block, np.asarray(rows, np.float32))])
        return sum(block.size for block in blocks)


def near_boats(index: KnowledgeIndex, query: str, *roots: str, model: str = "m", sizes: int = 2) -> list[str]:
    """The paths that are found for `query`, when it means boats."""
    with index.reading(StopSignal(), [Path(root) for root in roots] or None, None) as selection:
        assert selection is not None
        meaning = QueryVector(model, [1.0] + [0.0] * (sizes - 1))
        return [passage.path for passage in selection.passages(query, 8, meaning=meaning)]


def test_a_passage_is_found_by_its_vector(index: KnowledgeIndex, other: KnowledgeIndex):
    put(index, text("/d/a.md", BOATS, "Bread is baked."), text("/d/b.md", TRAIN), text("/d/c.md", FERRY))
    assert found(other, "vessels depart") == []
    assert embed(index, "m") == 4
    assert near_boats(other, "vessels depart") == ["/d/a.md"]
    with other.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        (passage,) = selection.passages("vessels depart", 8, meaning=QueryVector("m", [2.0, 0.0]))
    assert passage.coverage == 0.0
    assert 0 < passage.score < 1


def test_a_file_that_is_called_otherwise_keeps_its_vectors(index: KnowledgeIndex, other: KnowledgeIndex):
    put(index, text("/d/a.md", BOATS), text("/d/b.md", TRAIN))
    embed(index, "m")
    assert near_boats(other, "vessels depart") == ["/d/a.md"]
    with index.alone(StopSignal(), lambda: None), index.writing(StopSignal()) as writer:
        known = writer.known(USER, None)["/d/a.md"].id
        writer.apply(USER, Changes(same=[(known, replace(file("/d/a.md"), name="new/a.md"))]))
    with other.reading(StopSignal(), None, None) as selection:
        assert selection is not None
        (passage,) = selection.passages("vessels depart", 8, meaning=QueryVector("m", [2.0, 0.0]))
    assert passage.document == "new/a.md"
    assert embed(other, "m") == 0


def test_words_and_vectors_are_mixed(index: KnowledgeIndex):
    put(index, text("/d/a.md", f"{BOATS} Trains, too."), text("/d/b.md", "Trains, too, leave the city at dawn."))
    put(index, *(text(f"/d/{number}.md", f"Bread number {number} is baked.") for number in range(9)))
    embed(index, "m")
    assert near_boats(index, "trains")[0] == "/d/a.md"
    assert set(near_boats(index, "trains")) == {"/d/a.md", "/d/b.md"}


def test_without_a_question_of_the_same_model_words_find(index: KnowledgeIndex):
    put(index, text("/d/a.md", BOATS), text("/d/b.md", TRAIN))
    words_only = found(index, "mountains")
    assert near_boats(index, "mountains") == words_only == ["/d/b.md"]
    embed(index, "m")
    assert near_boats(index, "mountains", model="other") == words_only
    assert near_boats(index, "mountains", sizes=3) == words_only
    assert found(index, "mountains") == words_only


def test_a_model_takes_the_place_of_another(index: KnowledgeIndex):
    put(index, text("/d/a.md", BOATS, *(f"Loaf {number}." for number in range(600))), text("/d/b.md", TRAIN))
    assert embed(index, "m") == 602
    assert embed(index, "m") == 0
    assert embed(index, "other", [Path("/d/a.md")]) == 601
    assert near_boats(index, "vessels", model="other") == ["/d/a.md"]
    assert near_boats(index, "vessels") == []
    assert embed(index, "m") == 601


def test_vectors_go_with_their_file_and_keep_to_their_scope(index: KnowledgeIndex):
    put(index, text("/d/a.md", BOATS), text("/d/b.md", TRAIN), text("/e/a.md", f"{BOATS} Every day."))
    put(index, text("/e/b.md", TRAIN))
    embed(index, "m")
    assert near_boats(index, "vessels", "/e") == ["/e/a.md"]
    with index.alone(StopSignal(), lambda: None), index.writing(StopSignal()) as writer:
        writer.forget(Path("/e/a.md"))
        gone = writer.known(USER, None)["/d/a.md"].id
    put(index, text("/d/c.md", FERRY), gone=[gone])
    assert near_boats(index, "vessels") == []
    assert embed(index, "m") == 1
