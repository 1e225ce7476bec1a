"""What every event carries, and the error that several kinds carry."""

from typing import Any, ClassVar, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Error(BaseModel):
    """What went wrong, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    type: str
    """Class of the exception."""
    message: str
    """One line that says what happened."""
    hint: str = ""
    """What to do next; empty when there is nothing to advise."""

    @property
    def sentence(self) -> str:
        """What happened and what to do about it."""
        return f"{self.message} {self.hint}".strip()


class Event(BaseModel):
    """What every event carries."""

    model_config = ConfigDict(frozen=True)

    nullable: ClassVar[frozenset[str]] = frozenset()
    """Fields whose null says something; every other null is left out of the JSON."""

    type: Any = ""
    """The kind of event: each kind's own literal."""
    seq: int = 0
    """1, 2, 3 … in the run, without a hole."""
    run_id: str = ""
    """The run it belongs to."""
    at: float = 0.0
    """Seconds since the run began."""
    node: str | None = None
    """The graph's node, where one applies."""
    task_id: str | None = None
    """LangGraph's id of this execution of the node: tells parallel branches apart."""
    ns: tuple[str, ...] | None = None
    """Path of the subgraph it happened in, outermost first; absent at the top."""

    @model_serializer(mode="wrap")
    def _omit_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        keep = self.nullable
        return {key: value for key, value in handler(self).items() if value is not None or key in keep}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Of the wire form: a field that may be absent is never null there."""
        as_fields = {key: value for key, value in core_schema.items() if key != "serialization"}
        schema = handler(cast("CoreSchema", as_fields))
        model = handler.resolve_ref_schema(schema)
        for name, field in model["properties"].items():
            if name not in cls.nullable and "anyOf" in field:
                _without_null(field)
        model["required"] = [*_ALWAYS, *(name for name in model.get("required", ()) if name not in _ALWAYS)]
        for name in _ALWAYS:
            model["properties"][name].pop("default", None)
        return schema


_ALWAYS = ("type", "seq", "run_id", "at")
"""Fields that every event on the wire has, whenever it was recorded."""


def _without_null(field: JsonSchemaValue) -> None:
    present = [each for each in field.pop("anyOf") if each != {"type": "null"}]
    field.update(present[0] if len(present) == 1 else {"anyOf": present})
    if field.get("default", ...) is None:
        del field["default"]
