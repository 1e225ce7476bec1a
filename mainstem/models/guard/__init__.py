"""Secrets and personal data masked where words enter: for every reader of a graph, in every prefix of the stream."""

from .guarded import guarded
from .logs import MaskingFilter, mask_logs
from .mask import Mask
from .masker import Masker
from .named import KINDS, mask_of
from .placeholders import Placeholders
from .scope import placeholders_here, tell_masked, thread_placeholders
from .whole_message import mask_value

__all__ = [
    "KINDS",
    "Mask",
    "Masker",
    "MaskingFilter",
    "Placeholders",
    "guarded",
    "mask_logs",
    "mask_of",
    "mask_value",
    "placeholders_here",
    "tell_masked",
    "thread_placeholders",
]
