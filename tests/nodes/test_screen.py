"""What is refused before anything is spent on it."""

import pytest

from mainstem import Session, events

from ..graph.watched import of


@pytest.mark.parametrize("question", ["", "   ", "x" * 21_000])
async def test_an_empty_or_overlong_question_is_refused(extractive, question):
    async with Session(extractive) as session:
        run = session.ask(question, thread="t")
        said = [event async for event in run]
        result = await run.result()
        assert (result.status, result.reason) == ("halted", "policy")
        assert of(said, events.Notice)[0].kind == "refused"
        assert (await session.ask("When does the ferry sail?", thread="t").result()).status == "done"
