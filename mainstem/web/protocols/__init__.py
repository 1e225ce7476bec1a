"""Protocols of other people's clients: OpenAI's chat completions and Responses, AG-UI, and the AI SDK's stream.

A new one is a `Protocol` in a file or two, named in `PROTOCOLS`.
"""

from typing import Any

from fastapi import APIRouter

from ..run_manager import RunManager
from .agui import AgUi
from .aisdk import AiSdk
from .openai import ChatCompletions, ResponsesApi
from .protocol import Protocol
from .routes import protocol_router

# chat completions behind responses: they answer whatever else is asked for below /v1
PROTOCOLS: tuple[Protocol[Any], ...] = (ResponsesApi(), ChatCompletions(), AgUi(), AiSdk())


def routers(manager: RunManager) -> list[APIRouter]:
    """The routes of each protocol."""
    return [protocol_router(protocol, manager) for protocol in PROTOCOLS]
