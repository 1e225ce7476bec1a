"""An answer under policies while it is written: shown up to what breaks one, and ended there."""

from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from mainstem.policy import Policy
from mainstem.stream.finish_reasons import POLICY, REVIEW

from .mask import Mask
from .masked_stream import MaskedStream
from .message_masker import MessageMasker
from .placeholders import Placeholders
from .policies import LONGEST_SENTENCE, Policies, without_found
from .scope import tell_halted, tell_masked
from .sentence_judge import SentenceJudge

_NOTHING = Mask(())


class PolicedStream(MaskedStream):
    """One answer of a model. `halted`: the policy that has ended it.

    `reviews`: whether a person can be asked; where nobody can, a policy that asks one halts. `judge`: judges sentences.
    """

    def __init__(self, policies: Policies, *, reviews: bool = False, judge: SentenceJudge | None = None) -> None:
        super().__init__(policies.output_mask or _NOTHING, Placeholders())
        judge = judge or SentenceJudge(policies)
        message = _PolicedMessage(policies, self._placeholders, reviews=reviews, judge=judge)
        self._masker = self._policed = message
        self._words = None  # what it is given is kept for a person, and must not be changed

    @property
    def halted(self) -> Policy | None:
        """The policy that has ended the answer."""
        return self._policed.halted

    @property
    def waits(self) -> bool:
        """Whether it waits for a person, and has not ended."""
        return self._policed.waits

    def tell(self) -> None:
        """Tell the run what was masked; what ended the answer is told by itself."""
        if self.halted is not None:
            self._placeholders.counts.pop(self.halted.name.lower(), None)
            if not self._policed.waits:
                tell_halted(self.halted)
        tell_masked(self._policed.found)
        super().tell()

    def push(self, chunk: ChatGenerationChunk) -> list[ChatGenerationChunk]:
        """What may be shown of a chunk."""
        if self.halted:
            return []
        shown = super().push(chunk)
        return self._ended(shown, chunk) if self.halted else shown

    def finish(self) -> list[ChatGenerationChunk]:
        """What is left."""
        if self.halted:
            return []
        nothing = ChatGenerationChunk(message=AIMessageChunk(content="", id=self._id))
        shown = super().finish()
        return self._ended(shown, nothing) if self.halted else shown

    def _ended(self, shown: list[ChatGenerationChunk], chunk: ChatGenerationChunk) -> list[ChatGenerationChunk]:
        self._finished = True
        if shown or not isinstance(chunk.message, AIMessageChunk) or self._held is None:
            return shown
        return [self._made(self._policed.end, chunk, self._held, had_words=False)]


class _PolicedMessage:
    """One message, masked, cut where a policy is broken, and shown sentence by sentence where one is judged."""

    def __init__(
        self,
        policies: Policies,
        placeholders: Placeholders,
        *,
        reviews: bool,
        judge: SentenceJudge,
    ) -> None:
        self._reviews = reviews
        self._judge = judge
        self._masker = MessageMasker(policies.output_mask or _NOTHING, placeholders)
        self._placeholders = placeholders
        self.found = placeholders.sharing()
        """Counts what was found in sentences."""
        self.halted: Policy | None = None
        self.end = AIMessageChunk(content="")
        self._policies = policies
        self._judged = policies.judged
        self._sentence = ""
        self._begun = False

    @property
    def waits(self) -> bool:
        """Whether a person is to look at what comes next."""
        return self._reviews and self.halted is not None and self.halted.action == "review"

    def push(self, chunk: AIMessageChunk) -> AIMessageChunk:
        """What may be shown of a chunk."""
        return self._looked_at(self._masker.push(chunk), last=False)

    def finish(self, chunk: AIMessageChunk) -> AIMessageChunk:
        """The same for the last chunk, with the rest."""
        return self._looked_at(self._masker.finish(chunk), last=True)

    def _looked_at(self, message: AIMessageChunk, *, last: bool) -> AIMessageChunk:
        if self.halted:
            return AIMessageChunk(content="", id=message.id)
        self.halted = self._policies.halting(self._placeholders.counts)
        text = cut(message.text, self.halted)
        if self._judged:
            text = self._whole_sentences(text, last=last)
        if self.halted is not None:
            begun = self._begun or bool(text)
            self.end = waiting(message, text) if self.waits else ended(message, text, self.halted, begun=begun)
            return self.end
        self._begun = self._begun or bool(text)
        return message if text == message.text else _with_text(message, text)

    def _whole_sentences(self, text: str, *, last: bool) -> str:
        """The sentences that have ended and break no policy; a policy is noted that one breaks."""
        self._sentence += text
        shown: list[str] = []
        while (end := self._end_of_sentence(last=last or self.halted is not None)) is not None:
            sentence, self._sentence = self._sentence[:end], self._sentence[end:]
            if broken := self._judge.broken(sentence):
                self.halted = broken
                break
            shown.append(without_found(sentence, self._judged, self.found))
        return "".join(shown)

    def _end_of_sentence(self, *, last: bool) -> int | None:
        if found := self._policies.sentence_end.search(self._sentence):
            return found.end()
        if len(self._sentence) >= LONGEST_SENTENCE or (last and self._sentence):
            return len(self._sentence)
        return None


def cut(text: str, policy: Policy | None) -> str:
    """A masked text up to the placeholder of the policy that ends it."""
    return text if policy is None else text.partition(f"[{policy.name.upper()}_")[0]


def ended(message: AIMessageChunk, text: str, policy: Policy, *, begun: bool) -> AIMessageChunk:
    """The last chunk of an answer that a policy ends; `begun`: whether words were shown before what it says."""
    said = f"{text}\n\n{policy.says}" if begun and policy.says else text + policy.says
    return AIMessageChunk(
        content=said, id=message.id, response_metadata={"finish_reason": POLICY}, chunk_position="last"
    )


def waiting(message: AIMessageChunk, text: str) -> AIMessageChunk:
    """The last chunk of an answer that waits for a person."""
    return AIMessageChunk(
        content=text, id=message.id, response_metadata={"finish_reason": REVIEW}, chunk_position="last"
    )


def _with_text(message: AIMessageChunk, text: str) -> AIMessageChunk:
    if isinstance(message.content, str):
        return message.model_copy(update={"content": text})
    blocks: list[Any] = []
    for block in message.content:
        is_text = isinstance(block, str) or "text" in block
        made: Any = block if not is_text else text if isinstance(block, str) else {**block, "text": text}
        text = "" if is_text else text
        blocks.append(made)
    return message.model_copy(update={"content": blocks})
