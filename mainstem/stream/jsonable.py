"""Values of any kind as what JSON can say."""

from typing import Any, cast

from pydantic import BaseModel


def jsonable(value: Any, depth: int = 20) -> Any:
    """`value` as something that surely has a JSON form: lone surrogates replaced, cycles and strange objects cut short.

    Encoders refuse half of a surrogate pair, which some providers send when they split an emoji over two deltas.
    """
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, dict):
        return {jsonable(str(key)): jsonable(item, depth - 1) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item, depth - 1) for item in cast("list[Any]", value)]
    return jsonable(str(value))
