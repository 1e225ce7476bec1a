"""Models of any provider that LangChain has a package for (`init_chat_model`), whose failures are told as ours are.

What the stream says of such a model is as true as of our own: how it stopped is read from its messages, and what it
raises becomes a `ModelError`, so that attempts, fallbacks and people know what to do.
"""

from functools import cache, cached_property
from importlib.util import find_spec
from inspect import getattr_static
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from mainstem.models.errors import NotReadyError, UnknownModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

NEEDS = "pip install langchain, and the provider's package: langchain-anthropic, langchain-ollama …"
"""What to do where LangChain's own packages are missing."""

_LONGEST = 300


class Named(NamedTuple):
    """`anthropic:claude-sonnet`, in its parts."""

    provider: str
    model: str


@cache
def is_installed() -> bool:
    """Whether `init_chat_model` is there."""
    return find_spec("langchain") is not None


def load(name: Named) -> "BaseChatModel":
    """The provider's model, as its own environment variables say. Raises `NotReadyError`, `UnknownModelError`."""
    if not is_installed():
        raise NotReadyError(f"{name.provider}:{name.model} is not OpenAI's: {NEEDS}.")
    from langchain.chat_models import init_chat_model

    from mainstem.models.provider_failures import telling

    def made(**more: Any) -> "BaseChatModel":
        return cast("BaseChatModel", init_chat_model(name.model, model_provider=name.provider, **more))

    try:
        model = made()
        if "max_retries" in type(model).model_fields:
            model = made(max_retries=0)  # attempts are ours, and are told
        _make_clients(model)
    except Exception as error:
        said = " ".join(str(error).split())[:_LONGEST]
        if said.startswith("Unsupported"):
            raise UnknownModelError(
                f"There is no model '{name.provider}:{name.model}': LangChain knows no provider {name.provider!r}."
            ) from error
        raise NotReadyError(f"{name.provider}:{name.model} is not ready: {said}") from error
    return telling(model, name.provider, name.model)


def _make_clients(model: "BaseChatModel") -> None:
    """Make what a package would make at the first question, in the event loop: that reads certificates and metadata."""
    for name in dir(type(model)):
        if name.endswith("client") and isinstance(getattr_static(type(model), name), cached_property):
            getattr(model, name)
