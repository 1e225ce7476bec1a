"""What is told of runs: traces, metrics and logs."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from ..trust import NeedsTrust, stays_here


class TelemetrySettings(BaseSettings):
    """What is told of runs: traces, metrics and logs."""

    telemetry: Annotated[str, NeedsTrust(stays_here, "if it sends anything")] = Field(
        default="off",
        description="Traces and metrics of runs, with commas: otlp (sent by OpenTelemetry's SDK, to where its own "
        "OTEL_ variables say), prometheus (GET /metrics of a server); or off.",
    )
    telemetry_content: Annotated[bool, NeedsTrust()] = Field(
        default=False,
        description="Whether spans carry words of answers, arguments and results of tools: masked as MAINSTEM_MASK "
        "says, and not at all where nothing is masked.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How mainstem serve logs: text, or one JSON object a line, both with the run's id."
    )

    @property
    def telemetry_kinds(self) -> frozenset[str]:
        """Where traces and metrics go; none: they are off."""
        return frozenset(kind.strip() for kind in self.telemetry.lower().split(",")) - {"off", ""}

    @field_validator("telemetry", mode="after")
    @classmethod
    def _kinds(cls, value: str) -> str:
        unknown = {kind.strip() for kind in value.lower().split(",")} - {"otlp", "prometheus", "off", ""}
        if unknown:
            known = "otlp, prometheus, both with a comma between them, or off"
            raise ValueError(f"{', '.join(sorted(unknown))} is not known: write {known}")
        return value
