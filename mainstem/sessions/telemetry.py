"""What the runs of a session are traced with, as its settings say."""

import asyncio
import logging
from typing import TYPE_CHECKING

from ..models.guard import Mask, Masker
from ..models.guard.configured import settings_mask
from ..settings import Settings
from ..stream.extras import require

if TYPE_CHECKING:
    from ..stream.telemetry.run import TelemetryOptions
    from ..stream.telemetry.translate import Masked

log = logging.getLogger("mainstem.telemetry")


async def telemetry_options(settings: Settings) -> "TelemetryOptions | None":
    """What runs are traced with; None where they are not. Raises `MissingExtra`, `NotReadyError` for a wrong mask."""
    kinds = settings.telemetry_kinds
    return await asyncio.to_thread(_options, settings, kinds) if kinds else None


def _options(settings: Settings, kinds: frozenset[str]) -> "TelemetryOptions":
    from ..stream.telemetry.outlet import outlet
    from ..stream.telemetry.run import TelemetryOptions

    if "otlp" in kinds:
        require("otel")
    outlet(kinds)  # also before the first run: a run of a dead process may have to be told
    mask = settings_mask(settings) if settings.telemetry_content else None
    if settings.telemetry_content and mask is None:
        log.warning("MAINSTEM_TELEMETRY_CONTENT counts for nothing while MAINSTEM_MASK is off: content is sent masked.")
    return TelemetryOptions(kinds, None if mask is None else _masking(mask))


def _masking(mask: Mask) -> "Masked":
    return lambda text: Masker(mask).finish(text)
