"""`/ai-sdk`: for `useChat` and whatever else reads the AI SDK's UI message stream."""

from .routes import router

__all__ = ["router"]
