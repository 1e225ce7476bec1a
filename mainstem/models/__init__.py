"""Chat models: the default that quotes, OpenAI-compatible servers made truthful, and scripts for tests."""

from mainstem.models.errors import (
    BadRequestError,
    BrokenStreamError,
    ModelError,
    ModelNotFoundError,
    NotReadyError,
    ProviderError,
    RateLimitedError,
    ScriptedError,
    ScriptError,
    ServerFailedError,
    TimedOutError,
    UnknownModelError,
    UnreachableError,
    WrongKeyError,
)
from mainstem.models.registry import DEFAULT_OPENAI_MODEL, Available, aload, available, default, disconnect, load

__all__ = [
    "DEFAULT_OPENAI_MODEL",
    "Available",
    "BadRequestError",
    "BrokenStreamError",
    "ModelError",
    "ModelNotFoundError",
    "NotReadyError",
    "ProviderError",
    "RateLimitedError",
    "ScriptError",
    "ScriptedError",
    "ServerFailedError",
    "TimedOutError",
    "UnknownModelError",
    "UnreachableError",
    "WrongKeyError",
    "aload",
    "available",
    "default",
    "disconnect",
    "load",
]
