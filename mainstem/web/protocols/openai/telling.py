"""What chat completions and Responses share: answers within the limits of a request, and errors in OpenAI's shape."""

import typing
from abc import abstractmethod
from typing import Generic, TypeVar

from fastapi import Response
from fastapi.responses import JSONResponse

from mainstem.stream.transcript import Transcript

from ...problems import Problem
from ..answer_limits import LimitedAnswer
from ..protocol import Body, Collector, Protocol, Translator
from . import errors
from .errors import ErrorResponse, JsonObject


class TellingState(typing.Protocol):
    """What is remembered from one event to the next."""

    transcript: Transcript
    limited: LimitedAnswer
    over: bool
    """Whether nothing more may be sent."""


State = TypeVar("State", bound=TellingState)


class OpenAiProtocol(Protocol[Body]):
    """A protocol of OpenAI's."""

    tag = "OpenAI"

    def refusal(self, problem: Problem) -> Response:
        """An error in OpenAI's shape."""
        return errors.refusal(problem)


class OpenAiStream(Translator, Generic[State]):
    """A run as a stream, within the limits of its request."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def over(self) -> bool:
        """Whether the run is over, or its words were taken back."""
        return self._state.over

    @property
    def enough(self) -> bool:
        """Whether a limit of the request is reached."""
        return self._state.limited.reached is not None


class OpenAiWhole(Collector, Generic[State]):
    """A run as one answer, within the limits of its request."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def enough(self) -> bool:
        """Whether a limit of the request is reached."""
        return self._state.limited.reached is not None

    def response(self) -> Response:
        """The answer, or why there is none."""
        error = self.error()
        if error is not None:
            return JSONResponse(error.body, error.status, headers=errors.NO_RETRY)
        return JSONResponse(self.answer())

    def error(self) -> ErrorResponse | None:
        """Why there is no answer."""
        return errors.error_of(self._state.transcript.result())

    @abstractmethod
    def answer(self) -> JsonObject:
        """The whole answer."""
