"""`/v1`: for whatever speaks OpenAI's chat completions or Responses."""

from .protocol import ChatCompletions
from .responses import ResponsesApi

__all__ = ["ChatCompletions", "ResponsesApi"]
