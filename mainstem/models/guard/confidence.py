"""How sure a model was of each sentence, as its provider tells it with the tokens."""

import math
from collections import deque
from typing import Any, cast

from langchain_core.outputs import ChatGenerationChunk

from .policies import LONGEST_SENTENCE, SENTENCE_END
from .whole_message import LOGPROBS


class Confidence:
    """The sentences of one answer as the model said them, each with the mean probability of its tokens."""

    def __init__(self) -> None:
        self._text = ""
        self._logprobs: list[float] = []
        self._sentences: deque[tuple[str, float]] = deque()

    def hear(self, chunk: ChatGenerationChunk) -> None:
        """Take the tokens of a chunk, where it tells them."""
        told: Any = (chunk.generation_info or {}).get(LOGPROBS) or chunk.message.response_metadata.get(LOGPROBS)
        tokens: Any = cast("dict[str, Any]", told).get("content") if isinstance(told, dict) else None
        for token in cast("list[dict[str, Any]]", tokens or []):
            self._text += str(token.get("token") or "")
            self._logprobs.append(float(token.get("logprob") or 0.0))
            if found := SENTENCE_END.search(self._text):
                self._end(found.end())
            elif len(self._text) >= LONGEST_SENTENCE:
                self._end(len(self._text))

    def of(self, sentence: str) -> float | None:
        """The least probability of what is shown as `sentence`; None where nothing is told of it.

        What was masked reads otherwise: it is the first sentence that was not asked for yet.
        """
        if self._text and not self._sentences:
            self._end(len(self._text))  # the answer is over
        said = [text for text, _ in self._sentences]
        many = said.index(sentence) + 1 if sentence in said else 1
        return min((self._sentences.popleft()[1] for _ in range(min(many, len(said)))), default=None)

    def _end(self, at: int) -> None:
        mean = sum(self._logprobs) / len(self._logprobs)
        self._sentences.append((self._text[:at], math.exp(min(0.0, mean))))
        self._text, self._logprobs = self._text[at:], []
