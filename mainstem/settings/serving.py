"""Who may use a server, and how much at once."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from ..trust import NeedsTrust, tokens_only

Algorithm = Literal["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA"]


class ServingSettings(BaseSettings):
    """Who may use a server, and how much at once."""

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
    server_url: Annotated[str | None, NeedsTrust()] = Field(
        default=None,
        description="Address of the agent server that langgraph.json's http.app runs in; unset: it is reached "
        "in-process, as LangGraph's own servers allow.",
    )
    serve_hosts: Annotated[list[str], NeedsTrust()] = Field(
        default_factory=list[str],
        description="Names that a server may be called by beside loopback's, as a JSON list; "
        "without it, one that listens elsewhere answers to any.",
    )
    serve_models: Annotated[list[str], NeedsTrust()] = Field(
        default_factory=list[str],
        description="Models that HTTP callers may choose beside the default one and extractive, as a JSON list.",
    )
    serve_runs: int = Field(default=1000, ge=1, description="Runs that a server has going at once; more are refused.")
    serve_streams: int = Field(default=4000, ge=1, description="Streams that a server has open at once.")
    serve_body_mb: float = Field(default=1.0, gt=0, description="Largest body of a request (megabytes).")
    serve_upload_mb: float = Field(
        default=200.0, gt=0, description="Largest upload of documents in one request (megabytes)."
    )
    drain_seconds: float = Field(
        default=5.0,
        ge=0,
        description="Seconds that a server which shares a database lets its runs go on when it is told to stop "
        "(SIGTERM); others go on with what is left of them.",
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

    @field_validator("auth", mode="after")
    @classmethod
    def _ways(cls, value: Any) -> Any:
        names = {name.strip() for name in value.split(",")} if isinstance(value, str) else set[str]()
        if isinstance(value, str) and ":" not in value and not names <= {"tokens", "jwt"}:
            raise ValueError("write tokens, jwt, tokens,jwt, or module:function")
        return value
