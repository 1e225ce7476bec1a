"""Static embeddings: a vector for each token, and of a text their mean. No network and no graphics card is needed."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mainstem.knowledge.embeddings import EmbeddingFailed
from mainstem.stream.extras import MissingExtra, extra

with extra("embeddings"):
    import numpy as np
    import safetensors.numpy
    from tokenizers import Tokenizer

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_CHARS = 8_000
"""Of a text beyond it nothing is read: a passage is shorter."""


class StaticEmbedder:
    """Vectors by the table of tokens in `weights`, under the key `tensor`, and the `tokenizer`, both files."""

    def __init__(self, name: str, weights: Path, tokenizer: Path, tensor: str) -> None:
        self.name = name
        self._weights = weights
        self._tokenizer = tokenizer
        self._tensor = tensor

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """A row for each text; nought where no token of it is known."""
        tokenizer, vector_of = self._loaded
        found = tokenizer.encode_batch_fast([text[:MAX_CHARS] for text in texts], add_special_tokens=False)
        return np.stack([vector_of(each.ids) for each in found])

    @cached_property
    def _loaded(self) -> tuple[Any, Callable[[Sequence[int]], "NDArray[np.float32]"]]:
        try:
            tensors = safetensors.numpy.load_file(self._weights)
            tokenizer = Tokenizer.from_file(str(self._tokenizer))
            table = tensors[self._tensor]
        except Exception as error:
            raise EmbeddingFailed(f"no static embeddings could be read from {self._weights.parent}: {error}") from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer, _mean_of(table, tensors.get("mapping"), tensors.get("weights"))


def wordllama() -> StaticEmbedder:
    """The model whose weights are in wordllama's package; that itself is not imported, for it sets up logging."""
    spec = find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise MissingExtra("embeddings", "wordllama")
    folder = Path(spec.origin).parent
    weights = folder / "weights" / "l2_supercat_256.safetensors"
    tokenizer = folder / "tokenizers" / "l2_supercat_tokenizer_config.json"
    return StaticEmbedder("wordllama/l2_supercat_256", weights, tokenizer, "embedding.weight")


def model2vec(folder: Path) -> StaticEmbedder:
    """The model in a folder as model2vec saves it; what it is called follows from its weights."""
    weights = folder / "model.safetensors"
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise EmbeddingFailed(f"{weights} cannot be read ({error.strerror})") from error
    return StaticEmbedder(f"model2vec/{digest}", weights, folder / "tokenizer.json", "embeddings")


def _mean_of(
    table: "NDArray[Any]", mapping: "NDArray[Any] | None", weights: "NDArray[Any] | None"
) -> Callable[[Sequence[int]], "NDArray[np.float32]"]:
    """The mean of tokens' vectors; `mapping` says which row is whose, `weights` how much each token counts."""
    rows = table.astype(np.float32)
    width: int = rows.shape[1]

    def mean(tokens: Sequence[int]) -> "NDArray[np.float32]":
        ids = np.asarray(tokens, np.int64)
        if not ids.size:
            return np.zeros(width, np.float32)
        places = np.minimum(ids if mapping is None else mapping[ids], rows.shape[0] - 1)
        found: NDArray[Any] = rows[places] if weights is None else rows[places] * weights[ids][:, None]
        return np.asarray(found.mean(axis=0), np.float32)

    return mean
