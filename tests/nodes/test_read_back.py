"""How far a thread is read back: LangGraph unpacks each checkpoint back to the last that holds all live messages."""

import pytest
from langgraph.checkpoint import sqlite

from mainstem import Session


async def test_a_thread_is_read_back_over_a_bounded_number_of_turns(scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    walked, step = 0, sqlite.step_walk_with_row  # pyright: ignore[reportPrivateImportUsage]  # nothing else tells how far

    def counted(**row: object) -> bool:
        nonlocal walked
        walked += 1
        return step(**row)

    monkeypatch.setattr(sqlite, "step_walk_with_row", counted)
    thread = {"configurable": {"thread_id": "t"}}
    turns = 23
    async with Session(scripted(*[[{"text": "Yes."}]] * turns)) as session:
        for number in range(turns):
            await session.ask(f"{number}?", thread="t").result()
        stored = len([each async for each in session.source.graph.aget_state_history(thread)])
        walked = 0
        await session.source.state(thread)
    assert 0 < walked < stored / 2
