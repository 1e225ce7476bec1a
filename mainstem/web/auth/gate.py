"""What every request goes through before anything of it is read: who, whether they may, and how often."""

import asyncio
from collections.abc import Mapping

from fastapi.requests import HTTPConnection

from mainstem.settings import Settings
from mainstem.stores.users import NOBODY, OPERATOR, User, become, current_user

from ..errors import Unauthenticated
from . import cookie
from .access import Access
from .authenticate import Authenticate, user_of
from .configured import configured
from .rates import Rates


class Gate:
    """Of one manager. `authenticate`: how users are known; None: as the settings say."""

    def __init__(self, settings: Settings, authenticate: Authenticate | None) -> None:
        self._settings = settings
        self._authenticate = authenticate
        self._loading = asyncio.Lock()
        self.rates = Rates(settings)
        self.required = authenticate is not None or settings.auth is not None
        """Whether users are asked who they are."""

    @property
    def user(self) -> User:
        """Whose request this is: everything is the operator's where nobody is asked."""
        return current_user() or (NOBODY if self.required else OPERATOR)

    async def admit(self, connection: HTTPConnection, access: Access) -> None:
        """Let what the connection does be its user's. Raises `Unauthenticated`, `NotAllowed`, `RateExceeded`."""
        become(await self._known(connection, access))
        if "anyone" not in access.roles:
            await self.rates.request()
        access.check(self.user)

    async def sign_in(self, token: str) -> User:
        """The user whose token it is. Raises `Unauthenticated`."""
        return await self.user_of({"authorization": f"Bearer {token}"})

    async def prepare(self) -> Authenticate | None:
        """How users are known. Raises what keeps it from being had: `MainstemError`, `MissingExtra`."""
        if self._authenticate is None and self.required:
            async with self._loading:
                self._authenticate = self._authenticate or await asyncio.to_thread(configured, self._settings)
        return self._authenticate

    async def _known(self, connection: HTTPConnection, access: Access) -> User:
        if not self.required:
            return OPERATOR
        try:
            return await self.user_of(cookie.with_bearer(connection))
        except Unauthenticated:
            if "anyone" in access.roles:
                return NOBODY
            raise

    async def user_of(self, headers: Mapping[str, str]) -> User:
        """The user that headers (names in small letters) tell. Raises `Unauthenticated`."""
        authenticate = await self.prepare()
        if authenticate is None:
            raise Unauthenticated("This server has no way to know anybody.")
        return await user_of(authenticate, headers)
