"""What is asked of the bundled agent, masked before it is stored anywhere."""

from collections.abc import Mapping
from typing import Any

from ...models.guard import Mask, mask_value, thread_placeholders


def masked_input(given: Any, mask: Mask | None, config: Mapping[str, Any]) -> Any:
    """The input of a run, masked; the run itself tells what that was."""
    if mask is None:
        return given
    return mask_value(given, mask, thread_placeholders(str(config["configurable"].get("thread_id") or "")))
