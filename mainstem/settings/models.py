"""Which models answer, how they are asked, and what they cost."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, NonNegativeFloat, SecretStr, field_validator
from pydantic_settings import BaseSettings

from ..trust import NeedsTrust, quotes_only


class ModelSettings(BaseSettings):
    """Which models answer, how they are asked, and what they cost."""

    model: Annotated[str | None, NeedsTrust(quotes_only, "if not extractive")] = Field(
        default=None,
        description="extractive, openai:NAME, scripted:FILE, or PROVIDER:NAME of a package of LangChain's "
        "(anthropic:NAME). Unset: a real model when a key or a base URL is set, else extractive.",
    )
    openai_api_key: Annotated[SecretStr | None, NeedsTrust(here_only=True)] = Field(
        default=None,
        validation_alias=AliasChoices("MAINSTEM_OPENAI_API_KEY", "OPENAI_API_KEY"),
        description="Key for openai:NAME. Also read from OPENAI_API_KEY.",
    )
    openai_base_url: Annotated[str | None, NeedsTrust()] = Field(
        default=None,
        validation_alias=AliasChoices("MAINSTEM_OPENAI_BASE_URL", "OPENAI_BASE_URL"),
        description="Any OpenAI-compatible server (Ollama, vLLM, llama.cpp). Also read from OPENAI_BASE_URL.",
    )
    openai_api: Literal["chat", "responses"] = Field(
        default="chat", description="Which of the provider's interfaces to call: chat completions or Responses."
    )
    instructions: Annotated[str | None, NeedsTrust()] = Field(
        default=None,
        min_length=1,
        description="What a model is told of its task, in place of the built-in words. It cites passages only where "
        "these say that it puts the number of a passage, such as [2], after each sentence.",
    )
    stream: bool = Field(
        default=True, description="Whether answers come in pieces as they are made; false: each comes whole."
    )
    max_attempts: int = Field(default=3, ge=1, description="Times a model is asked before it is given up.")
    retry_seconds: float = Field(
        default=0.5,
        ge=0,
        description="Seconds before a model is asked again whose provider names no pause; doubled with each attempt, "
        "up to sixteen times as long.",
    )
    max_retry_after: float = Field(
        default=60.0,
        ge=0,
        description="Longest pause, in seconds, that a provider may ask for (Retry-After) before it is asked again; "
        "beyond it the model is given up at once.",
    )
    fallbacks: Annotated[list[str], NeedsTrust()] = Field(
        default_factory=list[str], description="Models to try, in order, when the first is given up, as a JSON list."
    )
    model_connect_timeout: float = Field(
        default=10.0, gt=0, description="Seconds until a connection to the model's server must stand."
    )
    model_first_token_timeout: float = Field(
        default=120.0, gt=0, description="Seconds until the model must have begun to answer."
    )
    model_token_timeout: float = Field(
        default=120.0,
        gt=0,
        description="Seconds of silence in the middle of an answer after which the attempt is given up. "
        "A notice says so after ten seconds, or after half of them.",
    )
    model_turn_timeout: float = Field(
        default=600.0, gt=0, description="Seconds that one model turn may take, with all its attempts."
    )
    coalesce: bool = Field(
        default=True,
        description="Whether deltas of a model that have arrived together are read, parsed and shown together.",
    )
    prices: dict[str, tuple[NonNegativeFloat, NonNegativeFloat]] = Field(
        default_factory=dict[str, tuple[NonNegativeFloat, NonNegativeFloat]],
        description="What models cost that the price list does not know, or that cost you something else: US dollars "
        'for a million tokens of input and of output, as a JSON object: {"my-model": [0.5, 1.5]}.',
    )

    @field_validator("openai_base_url", mode="after")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("write it with http:// or https://, for example http://127.0.0.1:11434/v1")
        return value
