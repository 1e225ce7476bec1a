"""The mask that the settings ask for."""

import asyncio

from mainstem.models.errors import NotReadyError
from mainstem.settings import Settings

from .mask import Mask
from .named import mask_of


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


async def asettings_mask(settings: Settings) -> Mask | None:
    """`settings_mask`, without blocking the event loop."""
    return await asyncio.to_thread(settings_mask, settings)
