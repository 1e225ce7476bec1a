"""How much a user may ask for: requests and tokens in a minute, by the library `limits`, and open streams."""

import math
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, RateLimiter

from mainstem.settings import Settings
from mainstem.stores.users import current_user
from mainstem.text import counted

from ..errors import RateExceeded
from ..limiter import Limiter

SIGN_INS_A_MINUTE = 30
"""Times that one address may try to sign in in a minute: who tries is nobody yet."""

STREAM_SECONDS = 5
"""Seconds after which one is told to try again who has too many streams open."""


class Rates:
    """The rates of one manager's users, kept in this process; where nobody is asked who they are, of all together."""

    def __init__(self, settings: Settings) -> None:
        storage = MemoryStorage()
        self._requests = _Rate("requests", settings.serve_requests_a_minute, MovingWindowRateLimiter(storage))
        self._sign_ins = _Rate("sign-ins", SIGN_INS_A_MINUTE, MovingWindowRateLimiter(storage))
        # a fixed window also counts what a run used beyond the rate
        self._tokens = _Rate("tokens", settings.serve_tokens_a_minute, FixedWindowRateLimiter(storage))

    @property
    def counts_tokens(self) -> bool:
        """Whether it matters what runs use."""
        return self._tokens.limited

    async def request(self) -> None:
        """Count a request. Raises `RateExceeded`."""
        await self._requests.count(1)

    async def sign_in(self, address: str) -> None:
        """Count a try to sign in from an address. Raises `RateExceeded`."""
        await self._sign_ins.count(1, address)

    async def check_tokens(self) -> None:
        """Return when a run may begin. Raises `RateExceeded` where the minute's tokens are used up."""
        await self._tokens.check()

    async def used(self, user: str, tokens: int) -> None:
        """Count what a run of the user has used."""
        await self._tokens.note(user, tokens)


class _Rate:
    """One rate; None: without a limit."""

    def __init__(self, what: str, amount: int | None, limiter: RateLimiter) -> None:
        self._what = what
        self._item = None if amount is None else RateLimitItemPerMinute(amount, namespace=what)
        self._limiter = limiter

    @property
    def limited(self) -> bool:
        return self._item is not None

    async def count(self, cost: int, of: str | None = None) -> None:
        name = _name() if of is None else of
        if self._item is not None and not await self._limiter.hit(self._item, name, cost=cost):
            raise await self._exceeded(self._item, name)

    async def check(self) -> None:
        if self._item is not None and not await self._limiter.test(self._item, _name()):
            raise await self._exceeded(self._item, _name())

    async def note(self, user: str, cost: int) -> None:
        if self._item is not None and cost > 0:
            await self._limiter.hit(self._item, user, cost=cost)

    async def _exceeded(self, item: RateLimitItemPerMinute, name: str) -> RateExceeded:
        reset, _ = await self._limiter.get_window_stats(item, name)
        seconds = max(1, math.ceil(reset - time.time()))
        return RateExceeded(f"You have used the {item.amount} {self._what} of this minute.", retry_after=seconds)


def _name() -> str:
    user = current_user()
    return user.id if user else ""


class UserStreams(Limiter):
    """Open streams: so many on this server, and so many of each user's. None: no limit for a user."""

    def __init__(self, max_inside: int, of_each: int | None) -> None:
        super().__init__(max_inside, "streams are open")
        self._of_each = of_each
        self._theirs: Counter[str] = Counter()

    def check(self) -> None:
        """Raise `LimitReached` when there is no room, `RateExceeded` when the user has as many as one may."""
        super().check()
        if self._of_each is not None and self._theirs[_name()] >= self._of_each:
            told = f"You have {counted(self._of_each, 'stream')} open, and may have no more."
            raise RateExceeded(told, retry_after=STREAM_SECONDS, hint="Close one of them.")

    @contextmanager
    def passed(self) -> Generator[None]:
        """Be one of those inside."""
        name = _name()
        with super().passed():
            self._theirs[name] += 1
            try:
                yield
            finally:
                self._theirs[name] -= 1
                if not self._theirs[name]:
                    del self._theirs[name]
