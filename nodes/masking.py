"""What enters the thread beside the model's words, masked: questions, what was found, what tools tell and return."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from mainstem.models.guard import Masker, Placeholders, mask_value, placeholders_here, tell_masked
from mainstem.models.guard.configured import asettings_mask
from mainstem.settings import Settings
from mainstem.stream.writer import StreamWriter, telling

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


@asynccontextmanager
async def masked_output(settings: Settings, writer: StreamWriter, tool_call_id: str) -> AsyncGenerator[None]:
    """Mask what a tool writes while it runs, as one text, however it was cut."""
    mask = await asettings_mask(settings)
    if mask is None:
        yield
        return
    placeholders = placeholders_here()
    tell_masked(placeholders)
    masker = Masker(mask, placeholders.sharing())  # what is masked here is counted in the result
    try:
        with telling(masker.push):
            yield
    finally:
        if rest := masker.finish():
            writer.tool_output(rest, tool_call_id=tool_call_id)
