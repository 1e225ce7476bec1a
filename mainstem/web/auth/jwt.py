"""Signing in with a JSON Web Token that somebody else has made: their key, and nothing of the token's own choosing."""

from collections.abc import Mapping
from typing import Any, cast

from mainstem.settings import Settings
from mainstem.stores.users import User
from mainstem.stream.errors import MainstemError
from mainstem.stream.extras import extra

from ..errors import Unauthenticated
from .authenticate import bearer

SHORTEST_SECRET = 32
"""Bytes of a secret that tokens are signed with: a shorter one can be guessed from a token."""

LEEWAY = 10.0
"""Seconds that the clocks of the two sides may differ."""


class JwtAuthenticator:
    """Knows the users of tokens that are signed with the key of the settings, by its algorithm and no other.

    `exp` and `sub` are demanded, and issuer and audience where the settings name them. `sub` is the user's id,
    the claim of the setting `auth_jwt_roles` says the roles. Raises `MainstemError` without a key that will do.
    """

    def __init__(self, settings: Settings) -> None:
        with extra("jwt"):
            import jwt
        self._jwt = jwt
        self._settings = settings
        self._key = _key(settings)

    def __call__(self, headers: Mapping[str, str]) -> User:
        """The user whose token it is."""
        text, settings = bearer(headers), self._settings
        demanded = ["exp", "sub", *(["iss"] if settings.auth_jwt_issuer else [])]
        demanded += ["aud"] if settings.auth_jwt_audience else []
        try:
            claims = self._jwt.decode(
                text,
                self._key,
                algorithms=[settings.auth_jwt_algorithm],
                issuer=settings.auth_jwt_issuer,
                audience=settings.auth_jwt_audience,
                leeway=LEEWAY,
                options={"require": demanded, "verify_aud": settings.auth_jwt_audience is not None},
            )
        except self._jwt.InvalidTokenError as error:
            raise Unauthenticated(f"This token does not count: {_reason(error)}.") from None
        if not claims["sub"]:
            raise Unauthenticated("This token does not count: its sub is empty.")
        return User(str(claims["sub"]), roles_of(claims.get(settings.auth_jwt_roles)))


def roles_of(claim: Any) -> frozenset[str]:
    """The roles that a claim says: a list, or words in one text."""
    words = claim.split() if isinstance(claim, str) else cast("list[Any]", claim if isinstance(claim, list) else [])
    return frozenset(str(word) for word in words)


def _key(settings: Settings) -> str:
    key = settings.auth_jwt_key.get_secret_value() if settings.auth_jwt_key else ""
    if not key:
        raise MainstemError("MAINSTEM_AUTH=jwt needs the key that the tokens are signed with: MAINSTEM_AUTH_JWT_KEY.")
    shared, pem = settings.auth_jwt_algorithm.startswith("HS"), "-----BEGIN" in key
    if shared and len(key.encode()) < SHORTEST_SECRET:
        raise MainstemError(f"MAINSTEM_AUTH_JWT_KEY is shorter than {SHORTEST_SECRET} bytes: take a longer secret.")
    if shared == pem:
        wanted = "a secret and no public key" if shared else "the public key, as PEM"
        raise MainstemError(f"MAINSTEM_AUTH_JWT_ALGORITHM={settings.auth_jwt_algorithm} needs {wanted}.")
    return key


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
