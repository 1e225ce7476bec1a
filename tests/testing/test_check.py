"""The linter of streams, over the bundled agent."""

from mainstem import Settings
from mainstem.settings import use
from mainstem.testing.check import DOUBTFUL, check


def agent():
    from graph.agent import agent

    return agent


async def test_our_agent_runs_no_tool_with_doubtful_arguments(tmp_path):
    with use(Settings(home=tmp_path / "home", model="openai:any")):
        trials = [trial async for trial in check(agent, only=DOUBTFUL)]
    assert [(trial.name, trial.status, trial.remarks) for trial in trials] == [(name, "done", ()) for name in DOUBTFUL]
