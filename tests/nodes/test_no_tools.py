"""A server whose model takes no tools: it is asked without them, and answers from what was found."""

import pytest

from mainstem import Session, Settings, events
from mainstem.testing import ScriptedProvider
from nodes import attempts

NO = {"status": 400, "body": {"error": {"message": "gemma:2b does not support tools"}}}
SAYS = {"text": "The ferry sails every day at seven in the morning. [1]"}


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch):
    monkeypatch.setattr(attempts, "_TAKE_NO_TOOLS", set())


def settings(tmp_path, docs, provider, **more):
    given = {"model": "openai:gemma", "openai_base_url": provider.base_url, "openai_api_key": "k", "max_attempts": 1}
    return Settings(_env_file=None, home=tmp_path / "home", docs=[docs], **given, **more)


async def test_it_answers_from_the_passages_in_the_prompt(tmp_path, docs):
    async with (
        ScriptedProvider([[NO], [SAYS], [SAYS]]) as provider,
        Session(settings(tmp_path, docs, provider)) as session,
    ):
        said = [event async for event in session.ask("When does the ferry sail?", thread="t")]
        again = await session.ask("When does the ferry sail on Sundays?", thread="t").result()
        bodies = [request.json for request in provider.requests]
    assert (said[-1].status, again.status) == ("done", "done")
    assert [each.verdict for each in said if isinstance(each, events.Citation)] == ["supported"]
    (notice,) = [each.text for each in said if isinstance(each, events.Notice)]
    assert "takes no tools; it is asked without them" in notice
    assert ["tools" in body for body in bodies] == [True, False, False]
    assert [body["messages"][-1]["content"].startswith("<found>") for body in bodies] == [True, True, True]
    assert "search_documents" not in bodies[1]["messages"][0]["content"]


async def test_another_refusal_is_told_as_it_is(tmp_path, docs):
    no = {"status": 400, "body": {"error": {"message": "temperature is not supported"}}}
    async with ScriptedProvider([[no]]) as provider, Session(settings(tmp_path, docs, provider)) as session:
        result = await session.ask("When does the ferry sail?").result()
    assert result.status == "failed"
    assert len(provider.requests) == 1
