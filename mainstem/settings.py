"""Every setting, in one class: read from the environment (prefix ``MAINSTEM_``) and from ``.env``.

`Settings` is plain data and may be built by hand. Inside a run, nodes and tools read `active()`: the settings of the
session that started the run, or, under a server that knows no session, those of the environment.

What says where data goes is marked `NeedsTrust`: in the working folder's own `.env` it counts only once the folder is
trusted (`mainstem.trust`), also for `Settings()` in somebody's program. `Settings(_env_file=…)` is that program's word.
"""

import os
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from mainstem.budget import Budget
from mainstem.mcp import McpServer, named_servers
from mainstem.policy import Policy
from mainstem.trust import (
    GuardedValues,
    Names,
    NeedsTrust,
    Untrusted,
    guarded_values,
    masks_secrets,
    paths_inside,
    quotes_only,
    stays_here,
    tokens_only,
    weights_inside,
)
from mainstem.variant import VARIED, Variant, check_variants

ENV = Path(".env")
"""The working folder's own. It is told from what a caller names by being this very object."""

HOME = ".mainstem"
"""What the home folder is called when no setting says otherwise."""


Algorithm = Literal["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA"]


class Settings(BaseSettings):
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

    home: Annotated[Path, NeedsTrust()] = Field(
        default=Path(HOME),
        description="Folder that holds the index, the threads, the runs' journal and the notes.",
    )
    database_url: Annotated[SecretStr | None, NeedsTrust()] = Field(
        default=None,
        description="postgresql://USER@HOST/DATABASE: threads, runs, approvals, keys, tokens, budgets are kept there "
        "and shared by all that name it (the extra `postgres`). Unset: in files under the home.",
    )
    lease_seconds: float = Field(
        default=3.0,
        ge=0.5,
        description="Seconds after which a process that shares a database and is not heard of is taken for dead: "
        "others go on with its runs.",
    )
    docs: Annotated[list[Path], NeedsTrust(paths_inside, "if outside of the folder")] = Field(
        default_factory=list[Path], description='Files and folders to answer from, as a JSON list: ["./papers"].'
    )
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
    embeddings: Annotated[str | None, NeedsTrust(weights_inside, "if it names a server or a folder outside")] = Field(
        default=None,
        description="The model whose embeddings also find passages: wordllama, a folder that model2vec saved, or "
        "openai:NAME, of the server that OPENAI_BASE_URL names. Unset: by words alone.",
    )
    openai_api: Literal["chat", "responses"] = Field(
        default="chat", description="Which of the provider's interfaces to call: chat completions or Responses."
    )
    max_steps: int = Field(
        default=100, ge=4, description="Graph steps after which a run ends as halted (reason: steps)."
    )
    max_question_chars: int = Field(
        default=20_000, ge=1, description="Longer questions are refused (halted, reason: policy)."
    )
    window_tokens: int = Field(
        default=24_000, ge=500, description="Tokens of a thread that stay live; older turns are folded into a summary."
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
    instructions: Annotated[str | None, NeedsTrust()] = Field(
        default=None,
        min_length=1,
        description="What a model is told of its task, in place of the built-in words. It cites passages only where "
        "these say that it puts the number of a passage, such as [2], after each sentence.",
    )
    stream: bool = Field(
        default=True, description="Whether answers come in pieces as they are made; false: each comes whole."
    )
    fallbacks: Annotated[list[str], NeedsTrust()] = Field(
        default_factory=list[str], description="Models to try, in order, when the first is given up, as a JSON list."
    )
    checker: Annotated[str | Callable[..., Any] | None, NeedsTrust()] = Field(
        default=None,
        description="module:function that judges whether a passage supports a sentence; in Python also the callable "
        "itself. Unset: the built-in rules.",
    )
    checker_timeout: float = Field(
        default=10.0,
        gt=0,
        description="Seconds that it may take for one sentence and passage; beyond them the built-in rules judge the "
        "rest of the answer.",
    )
    score: Annotated[str | Callable[..., Any] | None, NeedsTrust()] = Field(
        default=None,
        description="module:function that is given each sentence of a finished answer and what it cites, and returns "
        "scores that are kept beside the run; in Python also the callable itself. Unset: none.",
    )
    repair: bool = Field(
        default=True,
        description="Whether a model is asked once to write an answer again of which no passage supports a sentence "
        "that cites one.",
    )
    budget: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="US dollars that one run may cost; beyond it the run ends as halted (reason: budget). Where the "
        "price of a model is not known, nothing is asked before MAINSTEM_PRICES or MAINSTEM_BUDGET_TOKENS is set.",
    )
    budget_tokens: int | None = Field(
        default=None,
        ge=0,
        description="Tokens, of input and of output, that one run may use; beyond it the run ends as halted "
        "(reason: budget).",
    )
    budget_seconds: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="Seconds that one run may take, from its graph's start."
    )
    budget_tool_calls: int | None = Field(default=None, ge=0, description="Tool calls that one run may make.")
    budget_turns: int | None = Field(default=None, ge=0, description="Times that one run may ask a model.")
    budget_thread: Budget | None = Field(
        default=None,
        description="What all runs of a thread may spend together, as a JSON object of cost (US dollars), tokens, "
        'seconds, tool_calls and turns: {"cost": 2}.',
    )
    budget_user: Budget | None = Field(
        default=None,
        description="What all runs of a user may spend together, in the same form; the tag user of a run says whose "
        "it is.",
    )
    prices: dict[str, tuple[NonNegativeFloat, NonNegativeFloat]] = Field(
        default_factory=dict[str, tuple[NonNegativeFloat, NonNegativeFloat]],
        description="What models cost that the price list does not know, or that cost you something else: US dollars "
        'for a million tokens of input and of output, as a JSON object: {"my-model": [0.5, 1.5]}.',
    )
    summary_parallel: int = Field(
        default=4,
        ge=1,
        description="Parts of a long document, or files under review, that a model reads at once.",
    )
    summary_ask_above: float = Field(
        default=0.25,
        ge=0,
        description="US dollars that a summary may be expected to cost before a person is asked; parts that were "
        "summarised before cost nothing.",
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
    mask: Annotated[str, NeedsTrust(masks_secrets, "if secrets are not masked")] = Field(
        default="secrets",
        description="What is masked in answers, reasoning, calls, results of tools, questions and logs, with commas: "
        "secrets, email, card, iban, us_ssn, national_id, ip, phone; or all, or off.",
    )
    mask_patterns: dict[str, str] = Field(
        default_factory=dict[str, str],
        description="Patterns of your own to mask (Python's re), by the name that is shown instead, as a JSON object: "
        '{"ticket": "TICKET-[0-9]+"}.',
    )
    mask_words: dict[str, list[str]] = Field(
        default_factory=dict[str, list[str]],
        description="Words and phrases to mask, by the name that is shown instead, as a JSON object: "
        '{"customer": ["Acme Ltd"]}.',
    )
    approvals: Annotated[dict[str, Literal["always", "never"]], NeedsTrust()] = Field(
        default_factory=dict[str, Literal["always", "never"]],
        description="Tools before whose calls a person is always or never asked, whatever they say themselves, as a "
        'JSON object: {"save_note": "never"}.',
    )
    mcp: Annotated[dict[str, McpServer], NeedsTrust(), BeforeValidator(named_servers)] = Field(
        default_factory=dict[str, McpServer],
        description="MCP servers whose tools the agent may use, as JSON: "
        '{"files": {"command": "npx", "args": ["…"]}} or {"wiki": {"url": "https://…"}}. Extra mcp.',
    )
    approval_hours: float | None = Field(
        default=None,
        gt=0,
        le=87_600,
        description="Hours within which a call has to be decided on; after them it is rejected, whatever is decided. "
        "Unset: for ever.",
    )
    policies: list[Policy] = Field(
        default_factory=list[Policy],
        description="What may not be asked, and not be said: a JSON list of rules with name, words, patterns, kinds "
        "(code, sql, links) or confidence, on (output, input, both), action (halt, mask, review) and says: "
        '[{"name": "rival", "words": ["Acme Ltd"], "says": "I do not speak of others."}].',
    )
    read_only: bool = Field(
        default=False, description="Whether tools that change something are neither offered to a model nor run."
    )
    tool_timeout: float = Field(
        default=30.0, gt=0, description="Seconds without progress before a tool call is given up."
    )
    query_timeout: float = Field(
        default=10.0, gt=0, description="Seconds that one SQL query over your tables may take."
    )
    max_file_mb: float = Field(
        default=50.0, gt=0, description="Larger files are named and skipped when indexing (megabytes)."
    )
    document_timeout: float = Field(
        default=60.0,
        gt=0,
        description="Seconds of the processor's time that reading one document may take; one that takes longer is "
        "named and skipped until it changes.",
    )
    journal_days: float = Field(
        default=30.0,
        gt=0,
        description="Days after which a recorded run is pruned; a tenth of the runs an hour at most.",
    )
    journal_mb: float = Field(
        default=500.0, gt=0, description="Recorded runs are pruned, oldest first, beyond this size (megabytes of JSON)."
    )
    log_mb: float = Field(
        default=4.0,
        gt=0,
        description="Events of a run kept in memory (megabytes of JSON); the rest waits in the journal.",
    )

    auth: Annotated[str | Callable[..., Any] | None, NeedsTrust(tokens_only, "if it names a function")] = Field(
        default=None,
        description="How the users of a server are known: tokens (of `mainstem token`), jwt, or both with a comma; or "
        "module:function, of your own. Unset: nobody is asked who they are.",
    )
    auth_jwt_key: Annotated[SecretStr | None, NeedsTrust(here_only=True)] = Field(
        default=None,
        description="With jwt: the secret (32 bytes or more) that tokens are signed with, or the public key as PEM.",
    )
    auth_jwt_algorithm: Algorithm = Field(
        default="HS256", description="With jwt: the one algorithm that tokens may be signed by."
    )
    auth_jwt_issuer: str | None = Field(
        default=None, description="With jwt: who must have made a token (iss). Unset: it is not looked at."
    )
    auth_jwt_audience: str | None = Field(
        default=None,
        description="With jwt: whom a token must be made for (aud). Unset: it is not looked at.",
    )
    auth_jwt_roles: Annotated[str, NeedsTrust()] = Field(
        default="roles", description="With jwt: the claim that holds the roles, a list or words in one text."
    )
    server_token: Annotated[SecretStr | None, NeedsTrust(here_only=True)] = Field(
        default=None,
        description="Bearer token that is sent to the LangGraph servers that commands watch (`--url`), and to that of "
        "MAINSTEM_SERVER_URL.",
    )
    serve_requests_a_minute: int | None = Field(
        default=None, ge=1, description="Requests that a user may send in a minute; unset: no limit."
    )
    serve_tokens_a_minute: int | None = Field(
        default=None,
        ge=1,
        description="Tokens that the runs of a user may use in a minute before no further one begins; unset: no limit.",
    )
    serve_streams_each: int | None = Field(
        default=None, ge=1, description="Streams that a user may have open at once; unset: no limit."
    )
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

    serve_models: Annotated[list[str], NeedsTrust()] = Field(
        default_factory=list[str],
        description="Models that HTTP callers may choose beside the default one and extractive, as a JSON list.",
    )
    serve_hosts: Annotated[list[str], NeedsTrust()] = Field(
        default_factory=list[str],
        description="Names that a server may be called by beside loopback's, as a JSON list; "
        "without it, one that listens elsewhere answers to any.",
    )
    serve_runs: int = Field(default=1000, ge=1, description="Runs that a server has going at once; more are refused.")
    serve_streams: int = Field(default=4000, ge=1, description="Streams that a server has open at once.")
    serve_body_mb: float = Field(default=1.0, gt=0, description="Largest body of a request (megabytes).")
    serve_upload_mb: float = Field(
        default=200.0, gt=0, description="Largest upload of documents in one request (megabytes)."
    )

    variants: Annotated[list[Variant], NeedsTrust()] = Field(
        default_factory=list[Variant],
        description="Settings that some runs take in place of the usual ones, to be compared by mainstem rollout: a "
        "JSON list of variants with name, settings, share, users, roles, tags, shadow, budget, max_broken, "
        'max_first_token and fall_back: [{"name": "mini", "settings": {"model": "openai:NAME"}, "share": 0.1}].',
    )

    server_url: Annotated[str | None, NeedsTrust()] = Field(
        default=None,
        description="Address of the agent server that langgraph.json's http.app runs in; unset: it is reached "
        "in-process, as LangGraph's own servers allow.",
    )

    @property
    def run_budget(self) -> Budget:
        """What one run may spend."""
        return Budget(
            tokens=self.budget_tokens,
            cost=self.budget,
            seconds=self.budget_seconds,
            tool_calls=self.budget_tool_calls,
            turns=self.budget_turns,
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
            _hold_back(dotenv_settings)
        return init_settings, env_settings, dotenv_settings, file_secret_settings

    @field_validator("openai_base_url", mode="after")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("write it with http:// or https://, for example http://127.0.0.1:11434/v1")
        return value

    @field_validator("auth", mode="after")
    @classmethod
    def _ways(cls, value: Any) -> Any:
        names = {name.strip() for name in value.split(",")} if isinstance(value, str) else set[str]()
        if isinstance(value, str) and ":" not in value and not names <= {"tokens", "jwt"}:
            raise ValueError("write tokens, jwt, tokens,jwt, or module:function")
        return value

    @field_validator("telemetry", mode="after")
    @classmethod
    def _kinds(cls, value: str) -> str:
        unknown = {kind.strip() for kind in value.lower().split(",")} - {"otlp", "prometheus", "off", ""}
        if unknown:
            known = "otlp, prometheus, both with a comma between them, or off"
            raise ValueError(f"{', '.join(sorted(unknown))} is not known: write {known}")
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

    @property
    def telemetry_kinds(self) -> frozenset[str]:
        """Where traces and metrics go; none: they are off."""
        return frozenset(kind.strip() for kind in self.telemetry.lower().split(",")) - {"off", ""}

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


def guarded_dotenv(folder: Path) -> GuardedValues:
    """What the `.env` of `folder` says of where data goes, and what of it would count for these settings."""
    file = folder / ENV
    return _guarded(file, dotenv_values(file) if file.is_file() else {})


@cache
def guarded_settings() -> Names:
    """The settings that need trust."""
    return Names(Settings)


def _guarded(file: Path, values: Mapping[str, str | None]) -> GuardedValues:
    found = guarded_settings().needing(file, values)
    return guarded_values(file, found, _counting(found))


def _counting(found: Iterable[str]) -> list[str]:
    return [name for name in found if guarded_settings().counts(name, os.environ)]


def _hold_back(source: DotEnvSettingsSource) -> None:
    found = guarded_settings().needing(ENV, source.env_vars)
    counting = _counting(found)
    if counting and not _is_trusted(guarded_values(ENV, found, counting)):
        counting = []
    source.env_vars = {
        key: value for key, value in source.env_vars.items() if key.upper() in counting or key.upper() not in found
    }


def _is_trusted(says: GuardedValues) -> bool:
    if not says.trusted:
        warnings.warn(says.passed_over, Untrusted, stacklevel=6)
        return False
    return True


_active: ContextVar[Settings | None] = ContextVar("mainstem_settings", default=None)


@cache
def _from_environment() -> Settings:
    return Settings()


def active() -> Settings:
    """The settings of the run that this code is part of; outside of one, those of the environment."""
    return _active.get() or _from_environment()


def reread_environment() -> None:
    """Let `active()` read the environment anew: it has changed."""
    _from_environment.cache_clear()


def chosen() -> Settings | None:
    """The settings of the session that started this run; None outside of one. Nothing is read for it."""
    return _active.get()


@contextmanager
def use(settings: Settings) -> Generator[None]:
    """Make `settings` the active ones for this task and the tasks it starts."""
    token = _active.set(settings)
    try:
        yield
    finally:
        _active.reset(token)
