"""Things that a number or a letter tells apart: what is said of *boiler A* answers nothing of *boiler B*."""

import re

from mainstem.models.stemming import stem, words
from mainstem.stores.knowledge.stop_words import STOP_WORDS

_LABELLED = re.compile(
    r"\b(?P<noun>[^\W\d_]{3,})\s+(?:no\.?\s+|number\s+|#)?(?P<first>\d+(?:\.\d+)*|[B-HJ-Z]|A(?=[\s,;:?!]*(?:$|[a-z(])|'s))\b"
    r"(?P<more>(?:(?:,| and| or| to|–|-)\s*(?:\d+|[A-Z])\b)*)"
)
_APART = (
    r"spring|summer|autumn|winter|(?:mon|tues|wednes|thurs|fri|satur|sun)day|first|second|third|fourth|fifth|last|north|"
    r"south|east|west|northern|southern|eastern|western|upper|lower|gold|silver|bronze"
)
_LED = re.compile(rf"\b(?P<label>{_APART})\s+(?P<noun>[^\W\d_]{{3,}})", re.IGNORECASE)
"""What comes in several: *the summer term*, which is not the autumn one."""

_LABEL = re.compile(r"\d+(?:\.\d+)*|[A-Z]\b")


def another_is_meant(question: str, sentence: str, around: str = "") -> bool:
    """Whether the sentence speaks of things of a kind that the question names, and of none that the question means.

    So it is, too, where only what stands around it does.
    """
    asked, said, beside = _labels(question), _labels(sentence), _labels(around)
    there = set(_LABEL.findall(sentence)) | set(words(sentence.lower()))
    return any(
        (noun in said or noun in beside) and not labels & (there | beside.get(noun, set()))
        for noun, labels in asked.items()
    )


def speaks_of_it(question: str, sentence: str) -> bool:
    """Whether the sentence begins with the one thing of several that the question means: *The spring term lasts …*."""
    meant = {(each["label"].lower(), stem(each["noun"])) for each in _LED.finditer(question)}
    said = _LED.match(sentence.removeprefix("The "))
    return bool(said) and (said["label"].lower(), stem(said["noun"])) in meant


def _labels(text: str) -> dict[str, set[str]]:
    """The numbers and letters behind each noun."""
    found: dict[str, set[str]] = {}
    for each in _LABELLED.finditer(text):
        if each["noun"].lower() not in STOP_WORDS:
            found.setdefault(stem(each["noun"]), set()).update({each["first"], *_LABEL.findall(each["more"])})
    for each in _LED.finditer(text):
        if each["noun"].lower() not in STOP_WORDS:
            found.setdefault(stem(each["noun"]), set()).add(each["label"].lower())
    return found
