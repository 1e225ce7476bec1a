"""Policies looked for in a text: what of it may be shown, and which policy ends it."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from mainstem.models.grounded_question import GroundedQuestion, SystemWithTheirs
from mainstem.models.retrieved import parsed
from mainstem.models.scoring import MARK, Score
from mainstem.policy import Policy
from mainstem.stream.finish_reasons import POLICY

from .kinds.kind import Kind
from .kinds.own import own_pattern, own_words
from .mask import Mask, mask_of_kinds
from .masker import Masker
from .own_judges import beside, is_broken, spans_in
from .placeholders import Placeholders

_OF_KIND = {
    "code": r"```",
    "sql": r"(?:SELECT\s[^;.]{1,200}\sFROM\s|INSERT\sINTO\s|UPDATE\s\w{1,64}\sSET\s|DELETE\sFROM\s|DROP\sTABLE\s)",
    "links": r"(?i:https?://|www\.[a-z0-9])",
}
"""What tells the kinds of text, by their beginning; SQL in capitals, for *select one from the list* is none."""

_REST_OF_LINK = r"[^\s<>\"')\]]*"
"""What is masked with the beginning of a link."""

SENTENCE_END = re.compile(r"[.!?…]+[\"')\]]*\s|\n")
CITED_SENTENCE_END = re.compile(
    rf"(?:[.!?…]['\"”’)\]]*(?:[ \t]*{MARK})*\s+|[。！？]+(?:[ \t]*{MARK})*\s*|\n+)(?=[^\s\[【])"
)
"""The same with the marks behind it, known when the next sentence has begun: what is scored is told what it cites."""

WITHHELD = "(This was refused.)"
"""What a model is given in place of an earlier question that broke a policy."""

LONGEST_SENTENCE = 2000
"""Characters after which a sentence is judged that has not ended."""


class Policies:
    """Some policies, ready to be looked for. Raises `ValueError`, in one line, for what cannot be looked for."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.by_name = {policy.name.lower(): policy for policy in policies}
        if len(self.by_name) < len(policies):
            raise ValueError("Two policies have the same name: call them differently.")
        self.on_output = [policy for policy in policies if policy.on != "input"]
        self._on_input = [policy for policy in policies if policy.on != "output"]
        self.output_mask = _mask(self.on_output)
        self._input_mask = _mask(self._on_input)
        self.confident = [policy for policy in self.on_output if policy.confidence is not None]
        self.scored = [policy for policy in self.on_output if policy.scores]
        self.sentence_end = CITED_SENTENCE_END if self.scored else SENTENCE_END
        self.judged = [policy for policy in self.on_output if _is_of_sentences(policy)]
        self.reviewed = [policy for policy in self.on_output if policy.action == "review"]

    @cached_property
    def approved(self) -> "Policies":
        """What holds of an answer once a person has approved it."""
        return Policies([policy for policy in self.by_name.values() if policy.action != "review"])

    def refusing(self, messages: Sequence[BaseMessage]) -> Policy | None:
        """The first policy that is broken by what was said since the model last answered."""
        if not self._on_input:
            return None
        question = asked(messages)
        return self._found_in(question) or broken_by(question, self._on_input)

    def admitted(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """`messages` without the words of earlier questions that break a policy: refused ones stay in a thread, and
        what a client tells of a conversation may never have been asked here.
        """
        kept, asking = list(messages), list[int]()
        for at, message in enumerate(messages if self._on_input else ()):
            if asks(message):
                asking.append(at)
            elif isinstance(message, AIMessage):
                if self._was_refused("\n".join(said(messages[each]) for each in asking), message):
                    for each in asking:
                        kept[each] = messages[each].model_copy(update={"content": WITHHELD})
                asking = []
        return kept

    def _was_refused(self, question: str, answer: AIMessage) -> bool:
        if self._found_in(question):
            return True
        refused = answer.response_metadata.get("finish_reason") == POLICY  # a judge is not asked again
        return refused and any(policy.judge is not None and policy.says == answer.text for policy in self._on_input)

    def _found_in(self, question: str) -> Policy | None:
        found = Placeholders()
        if self._input_mask is not None:
            Masker(self._input_mask, found).finish(question)
        return self.halting(found.counts)

    @property
    def judge(self) -> bool:
        """Whether something of the user's looks at answers, or questions, which may take its time."""
        return any(policy.judge or policy.finds or policy.scores for policy in self.by_name.values())

    async def arefusing(self, messages: Sequence[BaseMessage]) -> Policy | None:
        """`refusing`, beside the event loop where a judge is asked."""
        if not self._on_input:
            return None
        return await beside(self.refusing, messages) if self.judge else self.refusing(messages)

    def halting(self, names: Iterable[str]) -> Policy | None:
        """The first policy among these that ends an answer, or holds it."""
        return next((self.by_name[name] for name in names if self.by_name[name].action != "mask"), None)


def _is_of_sentences(policy: Policy) -> bool:
    judged = policy.judge is not None or policy.finds is not None or policy.confidence is not None
    return judged or bool(policy.scores)


def asked(messages: Sequence[BaseMessage]) -> str:
    """What people said since the model last answered, without what was found for it, and what clients told as the
    system.
    """
    told = [message.theirs for message in messages if isinstance(message, SystemWithTheirs) and message.theirs]
    for message in reversed(messages):
        if isinstance(message, AIMessage):
            break
        if asks(message):
            told.append(said(message))
    return "\n".join(reversed(told))


def asks(message: BaseMessage) -> bool:
    """Whether a message is what people say."""
    return isinstance(message, HumanMessage) or getattr(message, "role", "") in ("user", "human")


def said(message: BaseMessage) -> str:
    """The words of a message, without what was found for it."""
    return parsed(message.text).question if isinstance(message, GroundedQuestion) else message.text


def broken_by(
    sentence: str, policies: Iterable[Policy], confidence: float | None = None, scores: Sequence[Score] = ()
) -> Policy | None:
    """The first policy that a sentence breaks: by its judge, by how sure the model was of it, or by its scores."""
    return next((policy for policy in policies if _breaks(sentence, policy, confidence, scores)), None)


def without_found(sentence: str, policies: Iterable[Policy], placeholders: Placeholders) -> str:
    """A sentence with placeholders for what policies find in it; where two overlap, the first one's for both."""
    spans = [span for policy in policies for span in spans_in(policy, sentence)]
    made: list[str] = []
    at = 0
    for start, end, name in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            kind = Kind(re.sub(r"\W", "_", name).lower(), "")
            made += [sentence[at:start], placeholders.of(kind, sentence[start:end])]
        at = max(at, end)
    return "".join([*made, sentence[at:]])


def _breaks(sentence: str, policy: Policy, confidence: float | None, scores: Sequence[Score]) -> bool:
    if policy.confidence is not None and confidence is not None and confidence < policy.confidence:
        return True
    least = policy.scores
    if any(score["name"] in least and (score.get("score") or 0) < least[score["name"]] for score in scores):
        return True
    return is_broken(policy, sentence)


def _mask(policies: Sequence[Policy]) -> Mask | None:
    kinds = tuple(kind for policy in policies for kind in _kinds(policy))
    return mask_of_kinds(kinds) if kinds else None


def _kinds(policy: Policy) -> list[Kind]:
    listed = [own_words(policy.name, policy.words)] if policy.words else []
    rest = _REST_OF_LINK if policy.action == "mask" else ""  # of the kinds, links alone are masked
    patterns = [*policy.patterns, *(_OF_KIND[kind] + rest for kind in policy.kinds)]
    return [*listed, *(own_pattern(policy.name, pattern) for pattern in patterns)]
