"""The tools that a graph offers its model, and arguments that each of them takes: read from the requests themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mainstem.models.openai.json_values import items, mapping, mappings

_DEEPEST = 8  # levels of a schema that refers to itself


@dataclass(frozen=True)
class Offered:
    """One tool, as a request to a model names it."""

    name: str
    schema: Mapping[str, Any]
    """JSON Schema of its arguments."""

    def args(self, text: str) -> dict[str, Any]:
        """Arguments that fit the schema: those that are required, with `text` wherever a text may stand."""
        return mapping(_sample(self.schema, text, self.schema, _DEEPEST))


SEARCH = Offered("search", {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]})
"""What is called where a graph offers nothing."""


def offered(bodies: Iterable[Mapping[str, Any]]) -> dict[str, Offered]:
    """The tools that requests of either of OpenAI's interfaces offer, by name, in the order in which they came."""
    found: dict[str, Offered] = {}
    for body in bodies:
        for tool in mappings(body.get("tools")):
            told = mapping(tool.get("function")) or tool
            if name := str(told.get("name") or ""):
                found.setdefault(name, Offered(name, mapping(told.get("parameters"))))
    return found


def _sample(schema: Mapping[str, Any], text: str, root: Mapping[str, Any], deep: int) -> Any:
    """A value that fits `schema`, a part of `root`."""
    if reference := schema.get("$ref"):
        return _sample(_found(str(reference), root), text, root, deep - 1) if deep else None
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return items(schema["enum"])[0]
    choices = mappings(schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"))
    if choices:
        return _sample(next((one for one in choices if one.get("type") != "null"), choices[0]), text, root, deep)
    return _of_type(schema, text, root, deep)


def _of_type(schema: Mapping[str, Any], text: str, root: Mapping[str, Any], deep: int) -> Any:
    kind = next((one for one in items(schema.get("type")) if one != "null"), schema.get("type"))
    match kind:
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case "array":
            return [_sample(mapping(schema.get("items")), text, root, deep - 1)] if deep else []
        case "object":
            return _object(schema, text, root, deep)
        case "string":
            return text
        case _:
            return _object(schema, text, root, deep) if "properties" in schema else text


def _object(schema: Mapping[str, Any], text: str, root: Mapping[str, Any], deep: int) -> dict[str, Any]:
    known, wanted = mapping(schema.get("properties")), items(schema.get("required"))
    return {str(key): _sample(mapping(known.get(key)), text, root, deep - 1) for key in wanted if deep}


def _found(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    here: Mapping[str, Any] = root
    for step in reference.removeprefix("#/").split("/"):
        here = mapping(here.get(step))
    return here
