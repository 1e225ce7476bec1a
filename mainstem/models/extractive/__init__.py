"""The model that answers without a model: it searches, computes, queries, and quotes word by word."""

from mainstem.models.extractive.model import ExtractiveModel

__all__ = ["ExtractiveModel"]
