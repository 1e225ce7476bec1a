"""Why a server starts no run, whatever it is asked over."""

from mainstem.stream.errors import MainstemError


class ModelRefused(MainstemError):
    """A model that callers may not choose."""


class Closing(MainstemError):
    """The server is being stopped and takes no new runs."""

    hint = "Try again in a moment."
