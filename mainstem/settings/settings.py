"""All settings together, and where they are read from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from ..trust import NeedsTrust
from ..variant import VARIED, Variant, check_variants
from .agent import AgentSettings
from .documents import DocumentSettings
from .models import ModelSettings
from .safety import SafetySettings
from .serving import ServingSettings
from .storage import StorageSettings
from .telemetry import TelemetrySettings
from .untrusted import ENV, hold_back

_NUMBERS: tuple[Any, ...] = (int, float, int | None, float | None)
"""Of these, `true` would be 1."""


class Settings(
    ServingSettings,
    TelemetrySettings,
    SafetySettings,
    AgentSettings,
    ModelSettings,
    DocumentSettings,
    StorageSettings,
):
    """Where things are, which model answers, and where the limits lie. All fields have a default."""

    model_config = SettingsConfigDict(
        env_prefix="MAINSTEM_",
        env_file=ENV,
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        frozen=True,
        validate_default=True,
    )

    variants: Annotated[list[Variant], NeedsTrust()] = Field(
        default_factory=list[Variant],
        description="Settings that some runs take in place of the usual ones, to be compared by mainstem rollout: a "
        "JSON list of variants with name, settings, share, users, roles, tags, shadow, budget, max_broken, "
        'max_first_token and fall_back: [{"name": "mini", "settings": {"model": "openai:NAME"}, "share": 0.1}].',
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """pydantic's own sources, without what an untrusted folder says of where data goes."""
        if isinstance(dotenv_settings, DotEnvSettingsSource) and dotenv_settings.env_file is ENV:
            hold_back(dotenv_settings, cls)
        return init_settings, env_settings, dotenv_settings, file_secret_settings

    @field_validator("*", mode="before")
    @classmethod
    def _number(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation in _NUMBERS:
            raise ValueError(f"{str(value).lower()} is no number")
        return value

    @field_validator("variants", mode="after")
    @classmethod
    def _variants(cls, value: list[Variant], info: ValidationInfo) -> list[Variant]:
        check_variants(value)
        for variant in value:
            _varied(cls, info.data, variant)
        return value

    def varied(self, variant: Variant) -> "Settings":
        """These settings with those of a variant in their place."""
        return _varied(type(self), {name: getattr(self, name) for name in type(self).model_fields}, variant)

    @field_validator("home", "docs", mode="after")
    @classmethod
    def _absolute(cls, value: Path | list[Path]) -> Path | list[Path]:
        # Made absolute here, once: asking where the working folder is blocks, and event loops must not.
        return [path.absolute() for path in value] if isinstance(value, list) else value.absolute()


def _varied(kind: type[Settings], base: Mapping[str, Any], variant: Variant) -> Settings:
    """Settings of what `base` and then `variant` says, and not of the environment. Raises `ValueError`."""
    if strange := variant.settings.keys() - VARIED:
        known = ", ".join(sorted(VARIED))
        raise ValueError(f"the variant {variant.name!r} cannot change {', '.join(sorted(strange))}, but: {known}")
    made = object.__new__(kind)
    try:
        BaseModel.__init__(made, **{**base, **variant.settings, "variants": []})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"the variant {variant.name!r} says {where}={first['input']!r}: {first['msg']}") from error
    return made
