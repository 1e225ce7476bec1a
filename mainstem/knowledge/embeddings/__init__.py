"""Embeddings: texts as vectors, so that a passage is also found by what it means. Only for who asks for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr

from mainstem.settings import Settings
from mainstem.stream.extras import require

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OPENAI = "openai:"
"""What the name of a model begins with that an OpenAI-compatible server has."""

WORDLLAMA = "wordllama"
"""The model whose weights are in the package of that name."""


class Embedder(Protocol):
    """Makes vectors of texts. Both methods block; one embedder is used by many threads."""

    @property
    def name(self) -> str:
        """What tells its vectors from those of any other model: they are kept under it."""
        ...

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """A row for each text, in order. Raises `EmbeddingFailed`."""
        ...


class EmbeddingFailed(Exception):
    """The model gave no vectors, for the reason in the message."""


GetEmbedder = Callable[[], Embedder]
"""What loads a model when it is first used. Blocks; raises `MissingExtra`, or `EmbeddingFailed`."""


@dataclass(frozen=True)
class EmbeddingModel:
    """The embedding model that settings name; it is loaded when it is first used."""

    name: str
    key: SecretStr | None = None
    base_url: str | None = None

    def __call__(self) -> Embedder:
        """What makes vectors by it. Blocks; raises `MissingExtra`, or `EmbeddingFailed` when it cannot be read."""
        return _embedder(self)


def embedding_model(settings: Settings) -> EmbeddingModel | None:
    """The model that the settings name; None where they name none."""
    if not settings.embeddings:
        return None
    return EmbeddingModel(settings.embeddings, settings.openai_api_key, settings.openai_base_url)


@lru_cache(maxsize=8)
def _embedder(model: EmbeddingModel) -> Embedder:
    require("embeddings")
    if model.name.startswith(OPENAI):
        from mainstem.knowledge.embeddings.server import ServerEmbedder

        key = model.key.get_secret_value() if model.key else None
        return ServerEmbedder(model.name.removeprefix(OPENAI), key, model.base_url)
    from mainstem.knowledge.embeddings import static

    return static.wordllama() if model.name == WORDLLAMA else static.model2vec(Path(model.name).expanduser())
