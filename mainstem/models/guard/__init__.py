"""Secrets and personal data masked where words enter: for every reader of a graph, in every prefix of the stream."""

from .guarded import guarded
from .mask import Mask
from .masker import Masker
from .named import KINDS, mask_of
from .placeholders import Placeholders

__all__ = ["KINDS", "Mask", "Masker", "Placeholders", "guarded", "mask_of"]
