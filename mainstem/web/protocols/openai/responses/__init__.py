"""`/v1/responses`: OpenAI's Responses."""

from .protocol import ResponsesApi

__all__ = ["ResponsesApi"]
