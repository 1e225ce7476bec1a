"""`/v1/chat/completions` and `/v1/models`: for whatever speaks to OpenAI."""

from .protocol import ChatCompletions

__all__ = ["ChatCompletions"]
