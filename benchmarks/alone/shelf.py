"""Indexing and search at one size of corpus: `python -m benchmarks.alone.shelf CORE MEGABYTES`.

The corpus is made up: words in the frequencies of natural language, in files of 20 kB with headings. The peer is the
same passages put into a bare FTS5 table in one transaction, and its own `MATCH … ORDER BY bm25()`. Prints JSON.
"""

import asyncio
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from itertools import accumulate
from pathlib import Path
from typing import Any

FILE = 20_000
QUESTIONS = 60
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]


class Language:
    """Words by Zipf's law, the same each time."""

    def __init__(self) -> None:
        self._random = random.Random(4)
        known = {"".join(self._random.choices(_SYLLABLES, k=self._random.randint(1, 4))) for _ in range(30_000)}
        self._words = sorted(known)
        self._random.shuffle(self._words)
        self._cumulative = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))

    def say(self, count: int) -> list[str]:
        return self._random.choices(self._words, cum_weights=self._cumulative, k=count)

    def sentence(self) -> str:
        return " ".join(self.say(self._random.randint(6, 18))).capitalize() + "."

    def page(self) -> str:
        parts, size = [], 0
        while size < FILE:
            parts.append(f"## {self.sentence()}\n\n{' '.join(self.sentence() for _ in range(12))}\n\n")
            size += len(parts[-1])
        return "".join(parts)

    def question(self) -> str:
        """A few rare words among common ones."""
        return " ".join([*self.say(3), *self._random.choices(self._words, k=3)])


def timed(call: Any) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


async def ours(home: Path, papers: Path, questions: list[str]) -> dict[str, Any]:
    from mainstem.knowledge import Library

    library = Library(home)
    wall, cpu = time.perf_counter(), time.process_time()
    await library.index([papers])
    indexing = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    waits = []
    for question in questions:
        began = time.perf_counter()
        await library.search(question)
        waits.append(time.perf_counter() - began)
    again = time.perf_counter()
    await library.index([papers])
    again = time.perf_counter() - again
    await library.close()
    return {"indexing": indexing, "search": sorted(waits), "again": again}


def bare(file: Path, passages: list[tuple[str, str]], questions: list[str]) -> dict[str, Any]:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE VIRTUAL TABLE passage USING fts5(heading, text, tokenize='porter unicode61')")

    def insert() -> None:
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO passage VALUES (?, ?)", passages)
        connection.execute("COMMIT")

    indexing, waits = timed(insert), []
    for question in questions:
        began = time.perf_counter()
        words = " OR ".join(f'"{word}"' for word in question.split())
        query = "SELECT text FROM passage WHERE passage MATCH ? ORDER BY bm25(passage) LIMIT 8"
        connection.execute(query, (words,)).fetchall()
        waits.append(time.perf_counter() - began)
    connection.close()
    return {"indexing": indexing, "search": sorted(waits)}


def measured(folder: Path, megabytes: float) -> dict[str, Any]:
    language, papers = Language(), folder / "papers"
    papers.mkdir()
    for number in range(int(megabytes * 1_000_000 / FILE)):
        (papers / f"{number}.md").write_text(language.page())
    questions = [language.question() for _ in range(QUESTIONS)]
    mainstem = asyncio.run(ours(folder / "home", papers, questions))
    with sqlite3.connect(folder / "home" / "index.sqlite") as connection:
        passages = connection.execute("SELECT heading, text FROM passage").fetchall()
    connection.close()
    peer = bare(folder / "bare.sqlite", passages, questions)
    sizes = {"corpus": sum(file.stat().st_size for file in papers.iterdir())}
    sizes |= {"index": (folder / "home" / "index.sqlite").stat().st_size}
    sizes |= {"bare": (folder / "bare.sqlite").stat().st_size}
    return {"mainstem": mainstem, "bare": peer, "passages": len(passages), "bytes": sizes}


def main() -> None:
    os.sched_setaffinity(0, {int(sys.argv[1])})
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        print(json.dumps(measured(Path(folder), float(sys.argv[2]))))


if __name__ == "__main__":
    main()
