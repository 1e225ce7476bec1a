"""`/ai-sdk`: for `useChat` and whatever else reads the AI SDK's UI message stream."""

from .protocol import AiSdk

__all__ = ["AiSdk"]
