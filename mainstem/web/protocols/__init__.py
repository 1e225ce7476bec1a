"""Doors in other people's protocols: OpenAI's chat completions, AG-UI, and the AI SDK's UI message stream."""

from . import agui, aisdk, openai

__all__ = ["agui", "aisdk", "openai"]
