"""AG-UI."""

from collections.abc import Iterator

from ag_ui.core import RunAgentInput
from ag_ui.encoder import EventEncoder

from mainstem.stream.events import Event

from ..protocol import Protocol, ResumeRun, ServedModels, StartRun, Translator
from . import request
from .conversation import Conversation
from .translate import TranslatorState, agui_events


class AgUi(Protocol[RunAgentInput]):
    """Run the agent on what is new in the messages, or go on with what `resume` decides.

    `threadId` names the thread, `context` is told to the model, and the keys of `state` that the graph's input has are
    given to it. A call of one of the client's `tools` ends the run: the client makes it, and runs the agent again with
    the result as a message. A client that leaves stops the run.
    """

    tag = "AG-UI"
    path = "/ag-ui"
    operation = "runAgUi"
    role = ("ask", "approve")
    body = RunAgentInput

    def parse(self, body: RunAgentInput, served: ServedModels) -> StartRun | ResumeRun:
        """What is new, or what was decided."""
        if body.resume:
            return request.resumed(body.thread_id, body.resume, request.client_tools(body))
        return StartRun(
            request.conversation(body),
            body.thread_id,
            model=request.model(body),
            state=request.state(body),
            tools=request.client_tools(body),
        )

    def translator(self, body: RunAgentInput, address: str) -> Translator:
        """AG-UI's events; the client's messages are needed to take words back."""
        return AgUiEvents(body)


class AgUiEvents(Translator):
    """A run as AG-UI's events."""

    def __init__(self, body: RunAgentInput) -> None:
        self._encoder = EventEncoder()
        self._state = TranslatorState(
            body.thread_id, body.run_id, Conversation(body.messages), calls=request.calls(body)
        )

    def frames(self, event: Event) -> Iterator[bytes]:
        """AG-UI's events for an event."""
        return (self._encoder.encode(each).encode() for each in agui_events(event, self._state))
