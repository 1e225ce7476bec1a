"""What bodies of requests share."""

from pydantic import BaseModel, ConfigDict

Tags = dict[str, str]
"""Whatever costs are told apart by."""


class Body(BaseModel):
    """A body in which nothing may stand that is not known."""

    model_config = ConfigDict(extra="forbid")
