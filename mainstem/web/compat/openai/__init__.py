"""`/v1/chat/completions` and `/v1/models`: for whatever speaks to OpenAI."""

from .door import router

__all__ = ["router"]
