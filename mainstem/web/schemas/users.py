"""Who signs in, and who one is."""

from pydantic import BaseModel, Field, SecretStr

from .body import Body


class SignIn(Body):
    """What somebody signs in with."""

    token: SecretStr = Field(description="A token of `mainstem token create`, or whatever this server takes as one.")


class Me(BaseModel):
    """Who sent the request."""

    id: str = Field(description="The user's id; empty where nobody is asked who they are.")
    roles: list[str] = Field(description="What they may do.")
    authentication: bool = Field(description="Whether this server asks who one is.")
