"""`/v1/chat/completions` and `/v1/models`: for whatever speaks to OpenAI."""

from .routes import router

__all__ = ["router"]
