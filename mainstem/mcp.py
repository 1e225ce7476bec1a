"""MCP servers whose tools an agent may use, named as people know it from `mcpServers`."""

from typing import Any, Self, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator


class McpServer(BaseModel):
    """One server: a command that is started, or an address. What other programs write beside that is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    command: str | None = None
    """The program that is started and spoken to over its standard input and output."""
    args: tuple[str, ...] = ()
    """Its arguments."""
    env: dict[str, str] = Field(default_factory=dict[str, str], repr=False)
    """Its environment, beside what every program needs."""
    cwd: str | None = None
    """The folder that it is started in; None: the working folder."""
    url: str | None = None
    """The address of a server that is spoken to over HTTP."""
    headers: dict[str, str] = Field(default_factory=dict[str, str], repr=False)
    """What is sent with each request there."""
    timeout: float = Field(default=60.0, gt=0)
    """Seconds that it may take to start, and between two signs of life in a call."""
    disabled: bool = False
    """Whether it is left out."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.command is None) == (self.url is None):
            raise ValueError("a server has a command or a url, and not both")
        return self


def named_servers(given: Any) -> Any:
    """What stands under `mcpServers`, where somebody's whole file was given."""
    if not isinstance(given, dict):
        return given
    servers = cast("dict[str, Any]", given)
    inner = servers.get("mcpServers")
    return cast("Any", inner) if isinstance(inner, dict) else servers
