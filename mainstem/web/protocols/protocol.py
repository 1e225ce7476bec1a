"""What the protocol of somebody else's client is: requests read, a run's events translated and framed, errors told.

Pure: a protocol starts no run and holds no socket. `routes.protocol_router` makes its route.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from fastapi import Response

from mainstem.stream.events import Event

from ..auth.access import DeclaringRoutes, RouteRole
from ..problems import Problem, response_of
from .messages import MessageDict

Body = TypeVar("Body")
OpenApiResponses = Mapping[int | str, dict[str, Any]]
"""What OpenAPI says of the answers of an operation, by status."""


@dataclass(frozen=True)
class ServedModels:
    """What a request may ask for."""

    name: str
    """The graph's."""
    models: Sequence[str] = ()
    """Those that may be chosen; none where the graph chooses its own."""


@dataclass(frozen=True)
class StartRun:
    """Run the graph on what is new in a conversation."""

    messages: Sequence[MessageDict]
    """The conversation as the client has it; the last message is the user's."""
    thread: str | None = None
    """The thread, which may be new; None: one that nobody named."""
    after: str | None = None
    """The run that is gone on from, in its thread: on a branch where others came behind it."""
    model: str | None = None
    """One of `ServedModels.models`; None: as the settings say."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    state: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What else the client holds; the keys that the graph's input has are given to it."""
    tools: Sequence[Mapping[str, Any]] = ()
    """The client's own tools, as `{"name", "description", "parameters"}`, for a graph that takes `tools`."""
    listed: bool = True
    """Whether a thread that nobody named is listed: not where each request would add one."""


@dataclass(frozen=True)
class ResumeRun:
    """Go on with a thread that waits."""

    thread: str | None
    """The thread; None: that of `after`."""
    decisions: Mapping[str, Any]
    """The answers, by interrupt id."""
    cancelled: Mapping[str, str] = field(default_factory=dict[str, str])
    """Interrupts that nobody answers, and why: every call is refused."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    after: str | None = None
    """The run that waits, where the thread is not named."""
    tools: Sequence[Mapping[str, Any]] = ()
    """As in `StartRun`."""


class Telling:
    """Tells one run."""

    @property
    def enough(self) -> bool:
        """Whether the run may be stopped: what it would still say was not asked for."""
        return False


class Translator(Telling, ABC):
    """One run in the client's words; remembers from one event to the next what it needs."""

    end: ClassVar[bytes] = b""
    """What stands behind the last frame."""

    @property
    def over(self) -> bool:
        """Whether nothing more may be sent, though the run may go on; the stream ends then."""
        return False

    @abstractmethod
    def frames(self, event: Event) -> Iterable[bytes]:
        """What says what `event` says, as it is sent."""


class Collector(Telling, ABC):
    """One run as a whole answer, for clients that want no stream."""

    @abstractmethod
    def add(self, event: Event) -> None:
        """Take the next event."""

    @abstractmethod
    def response(self) -> Response:
        """The answer, after the last event."""


class RunAccess(ABC):
    """The runs that routes of a protocol's own may tell of."""

    @abstractmethod
    async def served(self) -> ServedModels:
        """What may be asked for."""

    @abstractmethod
    async def running_in(self, thread: str) -> str | None:
        """The id of the run that goes on in a thread, in whichever process. Raises `UnknownThread` for another's."""

    @abstractmethod
    async def follow(self, run_id: str, translator: Translator) -> Response:
        """The run from its beginning; a client that leaves it lets it go on."""


class Protocol(ABC, Generic[Body]):
    """One protocol. The docstring of its class is what OpenAPI says of its route.

    What is read of a request and raises `Problem` is answered by `refusal`.
    """

    tag: ClassVar[str]
    """Its name in OpenAPI."""
    path: ClassVar[str]
    """Where its runs are started, by POST."""
    operation: ClassVar[str]
    """The id of that operation."""
    role: ClassVar[tuple[RouteRole, ...]] = ("ask",)
    """Who may start its runs."""
    body: ClassVar[type[Any]]
    """The Pydantic model of a request."""
    media_type: ClassVar[str] = "text/event-stream"
    """That of its stream."""
    ping: ClassVar[bytes] = b": ping\n\n"
    """What keeps a silent stream alive."""
    headers: ClassVar[Mapping[str, str]] = {}
    """Of its streams, beside those of every stream."""
    responses: ClassVar[OpenApiResponses | None] = None
    """What OpenAPI says of the answers; None: a stream, and problems."""

    @abstractmethod
    def parse(self, body: Body, served: ServedModels) -> StartRun | ResumeRun:
        """What a request asks to run. Raises `Problem`."""

    @abstractmethod
    def translator(self, body: Body, address: str) -> Translator:
        """Translates the run that `body` asked for; `address`: where the client reaches this server's routes."""

    def collector(self, body: Body, address: str) -> Collector | None:
        """Collects the run that `body` asked for; None where it asked for a stream."""
        return None

    def refusal(self, problem: Problem) -> Response:
        """The answer to a request that cannot be served."""
        return response_of(problem)

    def add_routes(self, routes: DeclaringRoutes, runs: RunAccess) -> None:
        """Add what the protocol has beside `path`: nothing."""
