"""Models that see no pictures: the default one, those that LangChain knows of, and those whose server says it."""

import pytest

from mainstem import Session, Settings, events
from mainstem.models.extractive.answering import BLIND
from mainstem.testing import ScriptedProvider
from nodes import attempts
from nodes.pictures import UNSEEN

PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
NO = {"status": 400, "body": {"error": {"message": "this model does not support image input"}}}
SAYS = {"text": "At seven [1]."}


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch):
    monkeypatch.setattr(attempts, "_SEE_NO_PICTURES", set())


def asked(*content):
    return {"messages": [{"role": "user", "content": list(content)}]}


QUESTION = asked({"type": "text", "text": "When does the ferry sail?"}, PICTURE)


def settings(tmp_path, docs, provider, model):
    given = {"openai_base_url": provider.base_url, "openai_api_key": "k", "max_attempts": 1}
    return Settings(_env_file=None, home=tmp_path / "home", docs=[docs], model=f"openai:{model}", **given)


def told(seen):
    return [each.text for each in seen if isinstance(each, events.Notice) and each.rule != "attempts"]


def sent(request):
    return request.json["messages"][-1]["content"]


async def test_the_default_model_says_that_it_sees_none(tmp_path, docs):
    async with Session(Settings(_env_file=None, home=tmp_path / "home", docs=[docs])) as session:
        run = session.start(QUESTION)
        seen = [event async for event in run]
        without = await session.ask("When does the ferry sail?").result()
        alone = [event async for event in session.start(asked(PICTURE))]
    assert (await run.result()).text == f"{BLIND}\n\n{without.text}"
    assert (seen[-1].status, told(seen)) == ("done", [])
    assert "picture without a word" in told(alone)[-1]


async def test_a_model_that_is_known_to_see_none_is_told_that_there_is_one(tmp_path, docs):
    async with (
        ScriptedProvider([[SAYS], [SAYS]]) as provider,
        Session(settings(tmp_path, docs, provider, "gpt-3.5-turbo")) as session,
    ):
        seen = [event async for event in session.start(QUESTION, thread="t")]
        later = [event async for event in session.ask("And on Sundays?", thread="t")]
        first, second = provider.requests
    assert told(seen) == ["The model that is asked cannot see pictures: it answers without the one in the question."]
    assert told(later) == []
    assert [part["text"] for part in sent(first)][1:] == ["When does the ferry sail?", UNSEEN]
    assert "image_url" not in str(second.json)


async def test_a_server_that_says_it_sees_none_is_asked_without(tmp_path, docs):
    async with (
        ScriptedProvider([[NO], [SAYS], [SAYS]]) as provider,
        Session(settings(tmp_path, docs, provider, "gemma")) as session,
    ):
        seen = [event async for event in session.start(QUESTION, thread="t")]
        again = await session.start(QUESTION, thread="t").result()
        bodies = [str(request.json) for request in provider.requests]
    assert (seen[-1].status, again.status) == ("done", "done")
    assert len(told(seen)) == 1
    assert ["image_url" in body for body in bodies] == [True, False, False]


async def test_a_model_that_sees_gets_the_picture(tmp_path, docs):
    async with (
        ScriptedProvider([[SAYS]]) as provider,
        Session(settings(tmp_path, docs, provider, "gpt-4o")) as session,
    ):
        seen = [event async for event in session.start(QUESTION)]
        (request,) = provider.requests
    assert told(seen) == []
    assert sent(request)[-1] == PICTURE
