"""The run-scoped context of a graph: what it gets when none is given, and what may be given."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from inspect import isclass
from typing import Any, cast, get_type_hints, is_typeddict

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from ..errors import ContextError


def schema_of(graph: Any) -> Any:
    """The context schema of a graph: a dataclass, a model, a `TypedDict`; None where it has none."""
    return getattr(getattr(graph, "graph", graph), "context_schema", None)  # of a factory: that of its graphs


def default(graph: Any) -> Any:
    """What a run gets that is given no context: `{}` where the graph has a schema, as LangGraph's own server gives.

    None where the schema refuses that, so that a graph which does without a context still runs.
    """
    schema = schema_of(graph)
    if schema is None:
        return None
    try:
        _made(schema, {})
    except Exception:  # noqa: BLE001 - somebody's constructor may raise anything
        return None
    return {}


def takes(graph: Any, name: str) -> bool:
    """Whether the graph's context has `name`."""
    return name in (_names(schema_of(graph)) or ())


def hint(graph: Any) -> str:
    """What to do about a failure of a run that was given no context."""
    names = ", ".join(_required(schema_of(graph)))
    return f"The graph's context needs {names}: give context=…, or --context JSON." if names else ""


def check(graph: Any, context: Any) -> None:
    """Return when the graph takes `context`, which came from outside as JSON. Raises `ContextError`."""
    if context is None:
        return
    if not isinstance(context, Mapping):
        raise ContextError("The context is no JSON object.", hint='Write it as {"name": value, …}.')
    schema, given = schema_of(graph), cast("Mapping[str, Any]", context)
    if schema is None:
        return
    _check_names(schema, given)
    for name, kind in _kinds(schema).items():
        if name in given:
            _check_value(name, kind, given[name])
    try:
        _made(schema, given)
    except ValidationError as error:
        raise ContextError(f"The context does not fit: {_said(error)}.") from error
    except Exception as error:
        raise ContextError(f"The context does not fit: {error}.", hint=hint(graph) or None) from error


def _made(schema: Any, context: Mapping[str, Any]) -> Any:
    """The context as LangGraph makes it; a `TypedDict` is taken as it is."""
    make = cast("Callable[..., Any]", schema)
    return make(**context) if _model(schema) is not None or is_dataclass(schema) else context


def _model(schema: Any) -> type[BaseModel] | None:
    return schema if isclass(schema) and issubclass(schema, BaseModel) else None


def _check_names(schema: Any, context: Mapping[str, Any]) -> None:
    known = _names(schema)
    unknown = sorted(set(context) - set(known)) if known is not None else []
    if unknown:
        raise ContextError(
            f"The graph's context has no {unknown[0]!r}.", hint=f"It has: {', '.join(known or ()) or 'nothing'}."
        )


def _names(schema: Any) -> list[str] | None:
    """The names that a schema takes; None where it takes any."""
    model = _model(schema)
    if model is not None:
        aliases = [field.alias for field in model.model_fields.values() if field.alias]
        return None if model.model_config.get("extra") == "allow" else [*model.model_fields, *aliases]
    if is_dataclass(schema):
        return [field.name for field in fields(schema)]
    return list(_kinds(schema)) if is_typeddict(schema) else None


def _kinds(schema: Any) -> dict[str, Any]:
    """The types of a schema's values, as far as they can be known; those of a model it checks itself."""
    if _model(schema) is not None:
        return {}
    try:
        return get_type_hints(schema) if is_dataclass(schema) or is_typeddict(schema) else {}
    except (NameError, TypeError):  # imported for type checkers only
        return {}


def _check_value(name: str, kind: Any, value: Any) -> None:
    try:
        TypeAdapter(kind).validate_python(value, strict=False)
    except ValidationError as error:
        raise ContextError(f"The context's {name} does not fit: {_said(error)}.") from error
    except PydanticUserError:  # a type that only the graph itself can make
        return


def _said(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else first["msg"]


def _required(schema: Any) -> list[str]:
    model = _model(schema)
    if model is not None:
        return [name for name, field in model.model_fields.items() if field.is_required()]
    if is_dataclass(schema):
        return [f.name for f in fields(schema) if f.init and f.default is MISSING and f.default_factory is MISSING]
    return sorted(getattr(schema, "__required_keys__", ()))
