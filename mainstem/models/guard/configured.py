"""The mask that the settings ask for."""

import asyncio
from typing import TypeVar

from mainstem.models.errors import NotReadyError
from mainstem.settings import Settings

from .mask import Mask
from .named import mask_of
from .placeholders import Placeholders
from .policies import Policies
from .whole_message import mask_value

Value = TypeVar("Value")


def settings_mask(settings: Settings) -> Mask | None:
    """What `MAINSTEM_MASK`, `MAINSTEM_MASK_PATTERNS` and `MAINSTEM_MASK_WORDS` name; `None` where nothing is masked.

    Raises `NotReadyError`, in one line, where they name what cannot be masked, and `MissingExtra`. The first time it
    may import a library: in a coroutine, prefer `asettings_mask`.
    """
    names = [name.strip().lower() for name in settings.mask.split(",") if name.strip()]
    try:
        return mask_of(names, patterns=settings.mask_patterns, words=settings.mask_words)
    except ValueError as error:
        raise NotReadyError(f"The settings of what is masked (MAINSTEM_MASK…) are wrong. {error}") from None


def check_policies(settings: Settings) -> None:
    """Return where what `MAINSTEM_POLICIES` names can be looked for. Raises `NotReadyError`, in one line."""
    try:
        Policies(settings.policies)
    except ValueError as error:
        raise wrong_policies(error) from None


def wrong_policies(error: ValueError) -> NotReadyError:
    """The error of policies that cannot be looked for."""
    return NotReadyError(f"The settings of what may be said (MAINSTEM_POLICIES) are wrong. {error}")


async def asettings_mask(settings: Settings) -> Mask | None:
    """`settings_mask`, without blocking the event loop."""
    named = (settings.mask, repr(settings.mask_patterns), repr(settings.mask_words))
    if named in _made:
        return settings_mask(settings)
    mask = await asyncio.to_thread(settings_mask, settings)
    _made.add(named)
    return mask


_made: set[tuple[str, str, str]] = set()
"""The settings of which the mask is made: to get it again needs no thread."""


async def amasked(value: Value, settings: Settings) -> Value:
    """Plain data without what the settings say to mask, for readers outside of a run: placeholders are counted anew.

    Raises as `settings_mask`.
    """
    return await asyncio.to_thread(_masked, value, settings)


def _masked(value: Value, settings: Settings) -> Value:
    mask = settings_mask(settings)
    if mask is None:
        return value
    made: Value = mask_value(value, mask, Placeholders())
    return made
