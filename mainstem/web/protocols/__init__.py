"""Protocols of other people's clients: OpenAI's chat completions, AG-UI, and the AI SDK's UI message stream.

A new one is a `Protocol` in a file or two, named in `PROTOCOLS`.
"""

from typing import Any

from fastapi import APIRouter

from ..run_manager import RunManager
from .agui import AgUi
from .aisdk import AiSdk
from .openai import ChatCompletions
from .protocol import Protocol
from .routes import protocol_router

PROTOCOLS: tuple[Protocol[Any], ...] = (ChatCompletions(), AgUi(), AiSdk())


def routers(manager: RunManager) -> list[APIRouter]:
    """The routes of each protocol."""
    return [protocol_router(protocol, manager) for protocol in PROTOCOLS]
