"""Signing in with a token of `mainstem token create`."""

from collections.abc import Mapping

from mainstem.stores.tokens import Tokens
from mainstem.stores.users import User

from ..errors import Unauthenticated
from .authenticate import bearer


class TokenAuthenticator:
    """Knows the users of the tokens of a home; one that was revoked counts no more from the next request on."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def __call__(self, headers: Mapping[str, str]) -> User:
        """The user whose token it is."""
        token = await self._tokens.find(bearer(headers))
        if token is None:
            raise Unauthenticated("This token is not known here, was revoked, or is over.")
        return token.user
