"""Plain JSON data of unknown shape, read without trusting it."""

from typing import Any, cast


def mapping(value: Any) -> dict[str, Any]:
    """`value` when it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def mappings(value: Any) -> list[dict[str, Any]]:
    """The objects in `value` when it is a list, else none."""
    return [cast("dict[str, Any]", one) for one in items(value) if isinstance(one, dict)]


def items(value: Any) -> list[Any]:
    """`value` when it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []
