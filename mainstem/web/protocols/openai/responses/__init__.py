"""`/v1/responses`: OpenAI's Responses."""

from .protocol import Responses

__all__ = ["Responses"]
