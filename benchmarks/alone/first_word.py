"""Seconds to an answer's first word: the model answers at once, or asks for a search first.

`python -m benchmarks.alone.first_word [ROUNDS]`. A provider on loopback thinks for so long before each turn and then
sends so many tokens a second. Answering at once is what passages in the prompt allow; the other way is what a model
does that is given none: its call is made, and the model is asked again. The call comes whole, so that a real one takes
longer. Prints JSON.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from mainstem import Session, Settings, events
from mainstem.testing import ScriptedProvider

THINKS, RATE = 0.3, 50
QUESTION = "When does the ferry sail?"
FILE = "# The ferry\n\nThe ferry sails every day at seven in the morning.\n"

_ANSWER = [{"sleep": THINKS}, {"words": "The ferry sails every day at seven in the morning. [1]", "delay": 1 / RATE}]
_CALL = {"name": "search_documents", "args": {"query": QUESTION}, "id": "c"}
_SEARCH = [{"sleep": THINKS}, {"tool_call": _CALL}]
WAYS: dict[str, list[Any]] = {"at once": [_ANSWER], "after a call": [_SEARCH, _ANSWER]}


async def first_word(session: Session) -> float:
    """Seconds from the question to the first word of its answer."""
    began = time.perf_counter()
    first = 0.0
    async for event in session.ask(QUESTION):
        if isinstance(event, events.MessageDelta) and not first:
            first = time.perf_counter() - began
    return first


async def measured(turns: list[Any], rounds: int, folder: Path) -> list[float]:
    """One wait a round, in a session that is warm."""
    async with ScriptedProvider(turns) as provider:
        given: dict[str, Any] = {"openai_base_url": provider.base_url, "openai_api_key": "k", "model": "openai:m"}
        async with Session(Settings(_env_file=None, home=folder / "home", docs=[folder / "docs"], **given)) as session:
            waits: list[float] = []
            for _ in range(rounds + 1):
                provider.restart()
                waits.append(await first_word(session))
            return waits[1:]


async def main(rounds: int) -> dict[str, float]:
    """The median of each way, and how many times the first the second is."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as place:
        folder = Path(place)
        (folder / "docs").mkdir()
        (folder / "docs" / "ferry.md").write_text(FILE)
        found = {way: median(await measured(turns, rounds, folder)) for way, turns in WAYS.items()}
    return {**found, "times": found["after a call"] / found["at once"]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))))
