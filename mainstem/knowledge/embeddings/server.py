"""Embeddings of a server that speaks OpenAI's `/v1/embeddings`."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from mainstem.knowledge.embeddings import EmbeddingFailed
from mainstem.stream.extras import extra

with extra("embeddings"):
    import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from openai import OpenAI

AT_ONCE = 32
"""Texts of one request: some servers take no more."""

SECONDS = 20.0
"""How long a request may take; it is tried twice."""

_NO_KEY = "none"  # what a server on this machine does not look at


class ServerEmbedder:
    """The model called `model` at `base_url` (None: OpenAI's own), asked with `key`."""

    def __init__(self, model: str, key: str | None, base_url: str | None) -> None:
        self.name = f"openai/{model}"
        self._model = model
        self._key = key
        self._base_url = base_url

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """A row for each text, as the server gives it."""
        rows = [row for at in range(0, len(texts), AT_ONCE) for row in self._asked(texts[at : at + AT_ONCE])]
        if len(rows) != len(texts) or len({len(row) for row in rows}) > 1:
            raise EmbeddingFailed(f"the server gave {len(rows)} vectors for {len(texts)} texts, or not all of one size")
        return np.asarray(rows, np.float32)

    def _asked(self, texts: Sequence[str]) -> list[list[float]]:
        from openai import OpenAIError

        try:
            # Servers refuse a text of nothing but spaces.
            given = [text if text.strip() else "." for text in texts]
            answer = self._client.embeddings.create(model=self._model, input=given, encoding_format="float")
        except OpenAIError as error:
            raise EmbeddingFailed(f"the server gave no embeddings of {self._model}: {error}") from error
        return [each.embedding for each in sorted(answer.data, key=lambda each: each.index)]

    @cached_property
    def _client(self) -> "OpenAI":
        from openai import OpenAI  # half a second that only those wait for who ask a server

        return OpenAI(api_key=self._key or _NO_KEY, base_url=self._base_url, timeout=SECONDS, max_retries=1)
