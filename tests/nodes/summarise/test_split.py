"""Parts: all passages, each once and in order, in portions of a bounded size; and the numbers that cite them."""

from hypothesis import given
from hypothesis import strategies as st

from mainstem.knowledge import Passage
from nodes.summarise.gather import grouped
from nodes.summarise.passages import cited_numbers, renumbered
from nodes.summarise.split import parts


def passage(document: str, at: int, heading: str, length: int) -> Passage:
    return Passage(document, f"/docs/{document}", heading, "x" * length, None, None, at, at + length, 0.0, 0.0)


PASSAGES = st.lists(
    st.lists(st.tuples(st.sampled_from(["", "A", "A > B", "A > C", "A > C > D"]), st.integers(1, 400)), max_size=12),
    max_size=4,
).map(
    lambda documents: [
        passage(f"{number}.md", at, heading, length)
        for number, pieces in enumerate(documents)
        for at, (heading, length) in enumerate(pieces)
    ]
)


def spread(found):
    return [
        (span["path"], at) for part in found for span in part["spans"] for at in range(span["first"], span["last"] + 1)
    ]


@given(PASSAGES, st.integers(50, 2000))
def test_every_passage_is_in_one_part_and_none_is_too_large(passages, size):
    found = parts(passages, size)
    assert spread(found) == [(each.path, each.start) for each in passages]
    assert [part["number"] for part in found] == list(range(1, len(found) + 1))
    length = {(each.path, each.start): len(each.text) for each in passages}
    first = 1
    for part in found:
        own = spread([part])
        assert part["first_number"] == first
        first += len(own)
        assert len(own) == 1 or sum(length[place] for place in own) <= size


def test_a_part_ends_where_a_section_does():
    passages = [passage("a.md", at, heading, 100) for at, heading in enumerate(["A", "A", "A", "B", "B", "B", "C"])]
    assert [part["spans"][0] for part in parts(passages, 500)] == [
        {"path": "/docs/a.md", "first": 0, "last": 2},
        {"path": "/docs/a.md", "first": 3, "last": 5},
        {"path": "/docs/a.md", "first": 6, "last": 6},
    ]


def test_marks_get_the_numbers_that_passages_have_among_all():
    found = parts([passage("a.md", at, f"{at}", 100) for at in range(4)], 100)
    text = "One thing [3]. Another [1, 4], and one more [9]."
    assert cited_numbers(text, found) == [3, 1, 4]
    assert renumbered(text, {3: 1, 1: 2, 4: 3}) == "One thing [1]. Another [2, 3], and one more ."


@given(st.lists(st.integers(1, 300), min_size=2, max_size=30), st.integers(10, 500))
def test_merging_makes_fewer_notes_of_several(lengths, room):
    notes = [str(number % 10) * length for number, length in enumerate(lengths)]
    groups = grouped(notes, room)
    assert [note for group in groups for note in group] == notes
    assert len(groups) < len(notes)
    assert all(len(group) >= 2 for group in groups[:-1])
