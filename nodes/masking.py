"""What enters the thread beside the model's words, masked: questions, what was found, and what tools return."""

from typing import Any, TypeVar

from mainstem.models.guard import Placeholders, mask_value, placeholders_here, tell_masked
from mainstem.models.guard.configured import asettings_mask
from mainstem.settings import Settings

Value = TypeVar("Value")


async def masked(value: Value, settings: Settings) -> Value:
    """`value`, a message or plain data, without what the settings say to mask; equal where there is nothing."""
    mask = await asettings_mask(settings)
    if mask is None:
        return value
    placeholders: Placeholders = placeholders_here()
    made: Any = mask_value(value, mask, placeholders)
    tell_masked(placeholders)
    return made
