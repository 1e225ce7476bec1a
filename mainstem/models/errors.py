"""What can go wrong with a model, as one small family. Every message says what to do next, and none carries a key.

ModelError
├── UnknownModelError        no model of that name or kind
├── NotReadyError            the model exists, but something it needs is missing (a key, a file)
├── ScriptError              a script that cannot be read, or that has no turn left
├── ScriptedError            the failure that a script asked for
└── ProviderError            the provider said no, or said nothing
    ├── WrongKeyError        401, 403
    ├── ModelNotFoundError   404
    ├── BadRequestError      400, 413, 422: the same request will fail again
    ├── RateLimitedError     429
    ├── ServerFailedError    5xx
    ├── UnreachableError     no connection: refused, no such host, TLS
    ├── TimedOutError        connected, but silent for too long
    ├── RedirectedError      a redirect to another server, which was not followed
    ├── TooLargeError        more than is read: a body, a line, an answer
    └── BrokenStreamError    an answer that broke off, was no JSON, or carried an `error` object
"""


class ModelError(Exception):
    """Something is wrong with a model; `str(error)` is one line for the user.

    `retryable` is true when the same call may succeed later; `retry_after` is the number of seconds that the provider
    asked to wait, `None` when it did not say.
    """

    retryable: bool = False

    def __init__(self, message: str, *, retryable: bool | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        if retryable is not None:
            self.retryable = retryable


class UnknownModelError(ModelError):
    """No model goes by that name; the message lists what exists."""


class NotReadyError(ModelError):
    """The model exists but cannot be used yet; the message names what is missing."""


class ScriptError(ModelError):
    """A script cannot be read, or has no turn left for this call."""


class ScriptedError(ModelError):
    """The failure that an `{"error": …}` step asked for."""


class ProviderError(ModelError):
    """The provider refused, failed or kept silent. `status` is its HTTP status, where there was one."""

    status: int | None = None


class WrongKeyError(ProviderError):
    """The provider does not accept the key (401), or the key may not use this model (403)."""


class ModelNotFoundError(ProviderError):
    """The provider knows no model of that name, or no such path (404)."""


class BadRequestError(ProviderError):
    """The provider rejects the request as it stands (400, 413, 422): trying again would not help."""


class RateLimitedError(ProviderError):
    """Too many requests or no quota left (429)."""

    retryable = True


class ServerFailedError(ProviderError):
    """The provider failed on its side (5xx)."""

    retryable = True


class UnreachableError(ProviderError):
    """There was no connection to the provider: refused, no such host, or no TLS."""

    retryable = True


class TimedOutError(ProviderError):
    """The provider took longer than one of the timeouts in `Settings` allows; the message names it."""

    retryable = True


class RedirectedError(ProviderError):
    """The server sends requests on to another one. Nothing was sent there, and asking again would not help."""


class TooLargeError(ProviderError):
    """The provider sent more than is read (see `mainstem.models.size_limits`); the message says of what."""


class BrokenStreamError(ProviderError):
    """The answer broke off, was not what it claimed to be, or carried an `error` object inside a 200."""

    retryable = True
