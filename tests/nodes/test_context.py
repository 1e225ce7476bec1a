"""What a run takes of its caller's context, where only the LangGraph server around the graph knows its users."""

import asyncio

import pytest

from graph.agent import agent
from mainstem._bundled_agent import bundled_agent
from mainstem.knowledge.index_cache import library
from mainstem.settings import Settings, reread_environment
from mainstem.settings import active as active_settings
from mainstem.stream.errors import ContextError
from nodes.context import Context, run_settings

QUESTION = "What is the heliotrope secret?"


@pytest.fixture
def environment(monkeypatch):
    """Settings of the environment, as a run has them that no session started."""

    async def given(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        await asyncio.to_thread(reread_environment)
        return await asyncio.to_thread(active_settings)

    yield given
    reread_environment()


@pytest.fixture
async def uploads(tmp_path):
    """What somebody uploaded, in the index of this home."""
    folder = tmp_path / "uploads"
    await asyncio.to_thread(folder.mkdir)
    await asyncio.to_thread((folder / "secret.md").write_text, "# Secret\n\nThe heliotrope secret is forty-two.\n")
    await library(await asyncio.to_thread(Settings)).index([folder])
    return folder


async def asked(context=None):
    given = {"messages": [{"role": "user", "content": QUESTION}]}
    return str(await agent.ainvoke(given, {"configurable": {"thread_id": "t"}}, context=context))


@pytest.mark.parametrize(("variables", "told"), [({}, True), ({"MAINSTEM_AUTH": "tokens"}, False)])
async def test_nobody_is_answered_from_anothers_uploads(environment, uploads, variables, told):
    await environment(**variables)
    assert ("forty-two" in await asked()) is told


async def test_users_choose_no_folders_of_the_servers_machine(environment, uploads):
    await environment()
    assert "forty-two" in await asked(Context(docs=[str(uploads)]))
    await environment(MAINSTEM_AUTH="tokens")
    with pytest.raises(ContextError, match="MAINSTEM_SERVE_MODELS"):
        await asked(Context(docs=[str(uploads)]))


async def test_users_choose_a_model_that_is_there_to_choose(environment):
    await environment(MAINSTEM_AUTH="tokens", MAINSTEM_SERVE_MODELS='["openai:small"]')
    assert run_settings(Given(Context(model="openai:small"))).model == "openai:small"
    for model in ("scripted:/etc/hosts", "openai:large"):
        with pytest.raises(ContextError, match="MAINSTEM_SERVE_MODELS"):
            run_settings(Given(Context(model=model)))


@pytest.mark.parametrize(
    ("variables", "docs"),
    [
        ({}, []),
        ({"MAINSTEM_AUTH": "tokens"}, [bundled_agent() / "docs"]),
        ({"MAINSTEM_AUTH": "tokens", "MAINSTEM_DOCS": '["/papers"]'}, ["/papers"]),
    ],
)
async def test_what_is_answered_from(environment, variables, docs):
    settings = await environment(**variables)
    chosen = run_settings(Given(None))
    assert [str(path) for path in chosen.docs] == [str(path) for path in docs]
    assert (chosen is settings) is (not variables)
    assert run_settings(Given(None)) is chosen, "models are kept for each settings object"


class Given:
    """A runtime with this context."""

    def __init__(self, context):
        self.context = context
