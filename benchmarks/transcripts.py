"""Recorded provider streams, replayed over TCP, against what an independent reader says of them.

    uv run python benchmarks/transcripts.py DIR

DIR holds `index.jsonl` (one recording a row: `file`, `kind`), `expected.jsonl` (openai-python's reading of the chat
streams) and the recordings. Each is served by `ScriptedProvider` and read by `mainstem.models.openai.chat.Chat`. A chat
stream must equal the oracle field by field; where the oracle is wrong, `HAND_CHECKED` says what was read instead, and
why. A Responses stream must equal its own last event. Everything else must end in a typed way.

The last line is `equal N of M`: M counts every chat row with a result in expected.jsonl and every Responses stream.
"""

import argparse
import asyncio
import sys
from collections import Counter
from pathlib import Path

from langchain_core.messages import AIMessageChunk
from pydantic import SecretStr

from benchmarks.recordings.comparison import compare, ended
from benchmarks.recordings.received import Received, receive
from benchmarks.recordings.rows import Row, rows_of
from mainstem.models.openai.chat import Chat
from mainstem.settings import Settings
from mainstem.testing import ScriptedProvider, WireScript


async def replay(rows: list[Row]) -> list[Received]:
    """Every recording through our model, one after the other."""
    script = WireScript(turns=[row.turn for row in rows if row.turn])
    async with ScriptedProvider(script, pace="max") as provider:
        models = {api: model_at(provider.base_url, api) for api in ("chat", "responses")}
        received: list[Received] = []
        for number, row in enumerate(rows):
            model = models["responses" if row.kind == "responses" else "chat"]
            received.append(await receive(model, number) if row.turn else Received(AIMessageChunk(content=""), "", ""))
        for model in models.values():
            await model.aclose()
    return received


def model_at(base_url: str, api: str) -> Chat:
    settings = Settings(_env_file=None, openai_base_url=base_url, openai_api=api, openai_api_key=SecretStr("none"))
    return Chat.from_settings("recorded", settings)


def report(rows: list[Row], received: list[Received]) -> bool:
    """Print each difference, and the figures; whether nothing differs."""
    equal, total, by_hand, others, crashed = 0, 0, 0, Counter[str](), 0
    for row, said in zip(rows, received, strict=True):
        crashed += bool(said.crash)
        if not row.counts:
            others[ended(row, said).partition(",")[0]] += 1
            print(f"{row.file}: {ended(row, said)}")
            continue
        verdict = compare(row, said)
        total, equal = total + 1, equal + (not verdict.differences)
        by_hand += bool(verdict.justified) and not verdict.differences
        for line in verdict.differences:
            print(f"{row.file}: DIFFERS {line}")
        for line in verdict.justified:
            print(f"{row.file}: justified {line}")
    print()
    print(f"{len(rows)} recordings, {crashed} crashed")
    print("not compared: " + (", ".join(f"{count} {how}" for how, count in others.items()) or "none"))
    print(f"of the equal ones, {by_hand} by a hand-checked expectation (justified above)")
    print(f"equal {equal} of {total}")
    return 0 < total == equal and not crashed


def main() -> int:
    parser = argparse.ArgumentParser(description="Replay recorded provider streams, and compare.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="holds index.jsonl, expected.jsonl and the recordings")
    rows = rows_of(parser.parse_args().folder)
    return 0 if report(rows, asyncio.run(replay(rows))) else 1


if __name__ == "__main__":
    sys.exit(main())
