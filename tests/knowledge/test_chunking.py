"""Passages: where a text is cut."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstem.knowledge.files.chunking import MAX_CHUNK_CHARS, TARGET, chunks, span
from mainstem.knowledge.files.formats import Extract
from mainstem.knowledge.files.formats.text import read

_HEADINGS = ["# One", "## Two", "Title\n=====", "---"]
_BLOCKS = ["", "", "```", "~~~py", "- an item", "1. first", "| a | b |", "\t", "  indented"]
_WORDS = ["A sentence. Another!", "Ümläut… „quoted“.", "word " * 150, "x" * 2000]
_LINES = st.sampled_from(_HEADINGS + _BLOCKS + _WORDS)


@given(st.lists(_LINES, max_size=40), st.sampled_from(["md", "rst", "txt"]))
def test_the_pieces_tile_the_text(lines: list[str], kind: str):
    extract = read("\n".join(lines).encode(), kind)
    pieces = list(chunks(extract))

    assert "".join(piece.text for piece in pieces) == extract.text
    position = 0
    for piece in pieces:
        assert piece.start == position
        position += len(piece.text)
        start, shown = span(piece.start, piece.text)
        assert extract.text[start : start + len(shown)] == shown
        assert piece.line == extract.text.count("\n", 0, start) + 1


@given(st.text(alphabet="ab .\n#-`", max_size=4000))
def test_no_piece_is_longer_than_it_may_be(text: str):
    assert all(len(piece.text) <= MAX_CHUNK_CHARS + TARGET for piece in chunks(read(text.encode(), "md")))


def test_sections_carry_the_path_of_their_headings():
    body = "Words that fill the section. " * 10
    text = f"# Guide\n\n{body}\n\n## Install\n\n{body}\n\n### Linux\n\n{body}\n\n## Resume\n\n{body}"

    headings = [piece.heading for piece in chunks(read(text.encode(), "md"))]

    assert headings == ["Guide", "Guide > Install", "Guide > Install > Linux", "Guide > Resume"]


def test_a_heading_without_words_of_its_own_joins_the_section_below():
    [piece] = chunks(read(b"# Guide\n\n## Resume\n\nSend the last id that you saw.", "md"))

    assert piece.heading == "Guide > Resume"
    assert piece.text.startswith("# Guide")


def test_small_sections_side_by_side_are_joined_under_what_they_share():
    [piece] = chunks(read(b"# Guide\n\n## One\n\nShort.\n\n## Two\n\nShort too.", "md"))

    assert piece.heading == "Guide"


def test_what_looks_like_a_heading_in_code_is_none():
    body = "Words that fill the section. " * 10
    text = f"# Guide\n\n{body}\n\n```sh\n# not a heading\n\n{body}\n```\n\n{body}"

    assert {piece.heading for piece in chunks(read(text.encode(), "md"))} == {"Guide"}


def test_backquotes_within_a_line_open_no_code():
    headings = read(b"```one line```\n\n# Heading\n\n```two```", "md").headings

    assert [heading.title for heading in headings] == ["Heading"]


@pytest.mark.parametrize(
    "text",
    [
        " " * 50_000 + "x",
        "x\n" + " " * 50_000,
        (" " * 500 + "\n") * 100,
        "```\n" * 5_000 + "`" * 50_000,
        "#" * 50_000,
        "# " + "[" * 50_000,
        "=" * 50_000 + "\n" + "=" * 50_000,
        "a: b\n" * 10_000,
        "." + '"' * 50_000,
        ". " * 25_000,
        "| " * 25_000,
        "- " + " " * 50_000 + "\u00a0",
    ],
)
def test_no_text_takes_long(text: str):
    began = time.process_time()
    for kind in ("md", "rst"):
        assert "".join(piece.text for piece in chunks(read(text.encode(), kind))) == text
    assert time.process_time() - began < 5  # what grows with the square would take minutes


def test_paragraphs_are_cut_between_sentences():
    text = " ".join(f"This is sentence number {number} of a paragraph that goes on." for number in range(60))

    pieces = [piece.text.strip() for piece in chunks(Extract(text))]

    assert len(pieces) > 3
    assert all(piece.startswith("This") and piece.endswith("on.") for piece in pieces)
    assert all(TARGET / 2 < len(piece) <= TARGET for piece in pieces[:-1])


def test_lists_tables_and_code_stay_whole_where_they_fit():
    intro = "An introduction that is long enough to stand alone. " * 6
    for block in (
        "\n".join(f"- item {number} with some words to it" for number in range(30)),
        "\n".join(f"| {number} | a cell with some words in it |" for number in range(30)),
        "```py\n" + "\n\n".join(f"value_{number} = compute({number})" for number in range(40)) + "\n```",
    ):
        assert TARGET < len(block) <= MAX_CHUNK_CHARS
        pieces = [piece.text for piece in chunks(read(f"{intro}\n\n{block}\n\n{intro}".encode(), "md"))]
        assert any(block in piece for piece in pieces)


def test_a_long_list_is_cut_between_items():
    text = "\n".join(f"- item {number} of a list that is much too long" for number in range(100))

    assert all(piece.text.startswith("- item") for piece in chunks(read(text.encode(), "md")))


def test_one_endless_sentence_is_cut_between_words():
    text = "word " * 1000

    pieces = [piece.text for piece in chunks(Extract(text))]

    assert all(len(piece) <= MAX_CHUNK_CHARS and re.fullmatch(r"(word )+", piece) for piece in pieces)


def test_a_page_is_a_border():
    extract = Extract("First page.\n\nSecond page.", pages=(0, 13))

    assert [(piece.text.strip(), piece.page) for piece in chunks(extract)] == [("First page.", 1), ("Second page.", 2)]


STEPS = "".join(f"{number}. Turn the key number {number} {'slowly and with care ' * 4}.\n\n" for number in range(1, 9))


@pytest.mark.parametrize(
    "steps",
    [
        STEPS,
        STEPS.replace("\n\n", "\n"),
        STEPS.replace("3. ", "```sh\nopen --all\n```\n\nWait for it.\n\n3. "),
        STEPS.replace("3. ", "   As the picture shows.\n\n3. "),
        "".join(f"- Key {number} {'is turned with care ' * 5}.\n\n" for number in range(8)),
    ],
)
def test_a_list_is_one_passage_with_its_lead_in(steps: str):
    body = "Words that fill the section. " * 20
    text = f"# Doors\n\n{body}\n\nTo open the doors, follow these steps:\n\n{steps}{body}\n\n{body}\n"

    pieces = [piece.text for piece in chunks(read(text.encode(), "md"))]

    [held] = [piece for piece in pieces if "follow these steps:" in piece]
    assert steps.strip() in held
    assert len(pieces) > 2


def test_a_list_longer_than_a_passage_is_cut_between_its_items():
    text = "# All\n\nThe keys:\n\n" + STEPS * 3

    assert all(re.match(r"# All|\d\. Turn", piece.text) for piece in chunks(read(text.encode(), "md")))


def test_the_rest_of_a_long_table_has_the_names_of_its_columns_over_it():
    rows = "".join(f"| boat {at} | {at} | a harbour on the coast |\n" for at in range(120))
    text = f"# Boats\n\n| Boat | Berth | Harbour |\n| --- | ---: | --- |\n{rows}\nThe harbour closes at ten.\n"
    found = list(chunks(read(text.encode(), "md")))
    assert len(found) > 3
    assert found[0].heading == "Boats"
    assert {each.heading for each in found[1:]} == {"Boats > Boat | Berth | Harbour"}
    assert "".join(each.text for each in found) == text
