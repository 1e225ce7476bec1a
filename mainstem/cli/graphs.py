"""Which graph a command is about: the working folder's agent, a named one, or one behind a LangGraph server."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import consent
from .failures import CommandError, UsageError

if TYPE_CHECKING:
    from mainstem.sessions.agents import Agent
    from mainstem.sessions.session import Session
    from mainstem.settings import Settings

TargetArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[TARGET]",
        help="package.module:graph, ./file.py:graph or a server's http:// address. "
        "Default: what the folder's langgraph.json names, or the bundled agent.",
    ),
]
UrlOption = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="A LangGraph server: http://127.0.0.1:2024.")
]
GraphOption = Annotated[
    str | None, typer.Option("--graph", metavar="NAME", help="Name of the graph there, or in langgraph.json.")
]
AnswerNodesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--answer-node",
        metavar="NODE",
        help="A node whose words are the answer; may be repeated. Default: what the graph says.",
    ),
]

SECONDS = 5.0
"""How long a server may take to say that it is there."""


@dataclass(frozen=True)
class GraphChoice:
    """What the command line says of the graph: a target, a server's address, a name; any may be absent."""

    target: str | None = None
    url: str | None = None
    name: str | None = None
    answer_nodes: frozenset[str] | None = None
    """The nodes whose words are the answer; None: what the graph says."""

    @property
    def address(self) -> str | None:
        """The server's address, if it is one."""
        return self.url or (self.target if self.target and self.target.startswith(("http://", "https://")) else None)

    def as_options(self) -> list[str]:
        """The options that lead another command to the same graph."""
        found: list[str] = []
        if self.address:
            found += ["--url", self.address]
        elif self.target:
            found += ["--target", self.target]
        return [*found, "--graph", self.name] if self.name else found

    def session(self, settings: "Settings") -> "Session":
        """A session over the graph. Raises `UsageError`, `AgentError`, or `CommandError` when no server answers."""
        from mainstem.sessions import agents
        from mainstem.sessions.session import Session

        if self.address:
            return Session(
                settings,
                graph=_served(self.address, self.name or agents.DEFAULT, settings),
                answer_nodes=self.answer_nodes,
            )
        if self.target and self.name:
            raise UsageError("--graph names a graph on a server or in langgraph.json: leave it out with a target.")
        if self.target:
            return Session(settings, agent=agents.at(self.target), answer_nodes=self.answer_nodes)
        return Session(settings, agent=chosen_agent(self.name), answer_nodes=self.answer_nodes)


def chosen_agent(name: str | None = None) -> "Agent":
    """The working folder's agent, or the bundled one, once it is settled what its environment may say.

    Raises `AgentError`.
    """
    from mainstem.sessions import agents

    agent = agents.find(name=name)
    consent.settle_trust(agents.guarded_environment(agent))
    return agent


def _served(address: str, name: str, settings: "Settings") -> Any:
    import httpx

    from mainstem.models import proxies

    if reason := proxies.why_not():
        raise CommandError(reason)
    try:
        httpx.get(f"{address.rstrip('/')}/ok", timeout=SECONDS)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise CommandError(f"No LangGraph server answers at {address} ({error}); `langgraph dev` starts one.") from None
    from langgraph.pregel.remote import RemoteGraph

    token = settings.server_token
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else None
    return RemoteGraph(name, url=address, headers=headers)
