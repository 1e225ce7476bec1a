"""Why a server starts no run, or does not answer, whatever it is asked over."""

from mainstem.stream.errors import MainstemError


class ModelRefused(MainstemError):
    """A model that callers may not choose."""


class Closing(MainstemError):
    """The server is being stopped and takes no new runs."""

    hint = "Try again in a moment."


class Unauthenticated(MainstemError):
    """Nobody is known by what came with a request."""

    hint = "Send the header Authorization: Bearer TOKEN, or sign in at the page; whoever runs this server makes tokens."


class NotAllowed(MainstemError):
    """The user may not do this."""

    hint = "Ask whoever runs this server for it."


class RateExceeded(MainstemError):
    """The user has asked for as much as the settings allow."""

    hint = "Try again when Retry-After says so."

    def __init__(self, message: str, *, retry_after: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after
        """Seconds after which it is worth trying again."""
