"""How well the right passage is found, on public questions."""

import json
from pathlib import Path

import pytest

from mainstem.knowledge import Library

pytestmark = pytest.mark.worker

Question = tuple[str, str, str]


@pytest.fixture
def paragraphs(shared: Path, tmp_path: Path) -> tuple[Path, list[Question]]:
    """Wikipedia paragraphs, a file each, and every fifth question with the article and file that answer it."""
    questions: list[Question] = []
    articles = json.loads((shared / "xquad-en" / "xquad.en.json").read_text())["data"]
    for article in articles:
        folder = tmp_path / "wikipedia" / article["title"]
        folder.mkdir(parents=True)
        for number, paragraph in enumerate(article["paragraphs"]):
            path = folder / f"{number}.txt"
            path.write_text(paragraph["context"])
            questions += [(each["question"], article["title"], str(path)) for each in paragraph["qas"]]
    return tmp_path / "wikipedia", questions[::5]


async def test_the_right_paragraph_is_among_the_first(tmp_path: Path, paragraphs: tuple[Path, list[Question]]):
    root, questions = paragraphs
    library = Library(tmp_path / "home")
    await library.index([root])
    ranks: list[int] = []
    for question, _, path in questions:
        paths = list(dict.fromkeys(passage.path for passage in (await library.search(question)).passages))
        ranks.append(paths.index(path) if path in paths else 99)
    await library.close()

    assert sum(rank < 1 for rank in ranks) / len(ranks) > 0.92
    assert sum(rank < 5 for rank in ranks) / len(ranks) > 0.97


async def test_coverage_tells_what_cannot_be_answered(tmp_path: Path, paragraphs: tuple[Path, list[Question]]):
    root, questions = paragraphs
    library = Library(tmp_path / "home")
    titles = sorted(path.name for path in root.iterdir())
    halves = {"even": titles[::2], "odd": titles[1::2]}
    for name, half in halves.items():
        await library.index([root / title for title in half], collection=name)
    kept: list[bool] = []
    refused: list[bool] = []
    for question, title, _ in questions:
        for name, half in halves.items():
            passages = (await library.search(question, collection=name, limit=1)).passages
            enough = bool(passages) and passages[0].coverage >= 0.45
            (kept.append(enough) if title in half else refused.append(not enough))
    await library.close()

    assert sum(kept) / len(kept) > 0.9
    assert sum(refused) / len(refused) > 0.9
