"""A copy of a chat model under a subclass of its class, which differs from it in a few methods."""

from collections.abc import Mapping
from types import new_class
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel

Model = TypeVar("Model", bound=BaseChatModel)


def twin_of(model: Model, kind: type[Any], **private: Any) -> Model:
    """A copy of `model` of the class `kind`, which `twin_class` made of its class; `private`: its private attributes.

    The copy shares what the model holds; its fields are the model's own, and so no field is read or checked anew.
    """
    twin = model.model_copy()
    object.__setattr__(twin, "__class__", kind)  # the fields are the same, and so is their layout
    if private:
        object.__setattr__(twin, "__pydantic_private__", {**(twin.__pydantic_private__ or {}), **private})
    return twin


def twin_class(cls: type[Any], body: Mapping[str, Any]) -> type[Any]:
    """A subclass of `cls` with the attributes of `body`; it bears the name of `cls`, for tracers and for people."""
    named = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    return new_class(cls.__name__, (cls,), exec_body=lambda namespace: namespace.update({**named, **body}))
