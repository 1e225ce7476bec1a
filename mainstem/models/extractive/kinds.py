"""Whether a sentence names a thing of the kind that a question asks for.

One that names none cannot be the answer, however many words of the question it holds: *The Palm House was built in
1872* holds all of *How high is the Palm House?* that can be looked up.
"""

import re
from collections.abc import Callable, Mapping

from mainstem.models.extractive.expected import Kind, measured
from mainstem.models.stemming import stem, stems
from mainstem.models.support.figures import WORDS, figures
from mainstem.models.support.names import names

_CELLS = " | "
NAMING = re.compile(
    r":\w+:`\d+`|\b(?:[A-Z]{2,}|[Cc]hapter|[Ss]ection|[Pp]age|[Ff]igure|[Ss]tep|[Vv]ersion|[Gg]rade|[Ll]evel|[Rr]oom"
    r"|[Rr]ow|[Gg]ate|[Dd]eck|[Pp]latform|[Rr]oute|[Zz]one|[Cc]lass|[Gg]roup|[Cc]hannel|[Nn]umber) \d[\d.]*\b(?! ?%)"
)
"""What a number only names: *PEP 13*, *page 4*; it counts nothing."""
_COUNT = rf"\d[\d.,]*|{'|'.join(sorted(WORDS))}"
_NUMBER = rf"\b(?:{_COUNT}|an?|half|one|several|few|couple)"
_BETWEEN = r"(?:[ -]\w+){0,2}?[ -]?(?<![^\W\d_])"
_LENGTHS = (
    r"(?:kilo|centi|milli)?met(?:re|er)s?|feet|foot|ft|inch(?:es)?|yards?|miles?|[kcm]?m|stor(?:e?y|eys|ies)|floors?"
    r"|pages?|words|characters|lines?|letters|degrees?"
)
_TIMES = (
    r"seconds?|minutes?|hours?|days?|nights?|weeks?|fortnights?|months?|years?|decades?|centur(?:y|ies)|m?s|min|hrs?"
)
_WEIGHTS = r"kilos?|(?:kilo|milli)?grams?|k?g|tons?|tonnes?|pounds?|lbs?|ounces?|oz|stone"
_MONIES = r"cents?|pence|pounds?|euros?|dollars?|francs?|crowns?|kron\w+|yen|rupees?|[mb]illions?"
_MONTHS = (
    r"january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug"
    r"|sept?|oct|nov|dec"
)
_YEARS = r"1\d{3}s?|20\d\d|\d{1,4} (?:bce?|ad|ce)|ad \d+"
_DAYS = (
    rf"{_MONTHS}|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|spring|summer|autumn|winter|easter"
    r"|christmas|midnight|noon|midday|mornings?|afternoons?|evenings?|weekends?|today|tomorrow|yesterday|ago|bce?|ad|ce"
    r"|era|period|daily|weekly|monthly|yearly|annually|first|second|third|last|end|beginning|start"
)
_CLOCK = (
    r"\b(?:1\d{3}|20\d\d)s?\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2} ?[ap]\.?m\b|\b\d+(?:st|nd|rd|th)\b"
    r"|\b\d{1,4}[-/.]\d{1,2}[-/.]\d"
    r"|\bat (?:about |around )?(?:\d\d?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
)
_WHILE = r"after|before|during|until|till|since|once|when(?:ever)?|while|as soon as|at the time|upon|immediately|now"
_PLACES = (
    rf"(?:in|at|on|to|from|between|by|within|over)(?! (?:the )?(?:\d|{_DAYS}))|onto|into|under|near|behind|along|around"
    r"|across|outside|inside|through|via|above|below|beside|opposite|throughout|home|abroad|online|here|there"
    r"|(?:north|south|east|west)\w*"
)
_OFTEN = (
    r"every|each|per|once|twice|times|always|never|rarely|seldom|often|regularly|usually|continuous\w*|constant\w*|annual"
    r"|(?:hour|dai|week|month|quarter|year|annual|biannual)ly|an? (?:second|minute|hour|day|week|month|year)"
)
_COUNTS = r"none|both|half|dozens?|hundreds|thousands|[mb]illions|majority|third|quarter|pair|twice|double|unlimited"
_COLOURS = (
    r"red|blue|green|yellow|orange|purple|violet|pink|brown|black|white|gr[ea]y|gold(?:en)?|silver|beige|turquoise|navy"
    r"|crimson|scarlet|cream|ivory|maroon|magenta|cyan|transparent|colourless"
)
_DIMENSIONS = {
    "high": "high tall height",
    "tall": "high tall height",
    "long": "long length",
    "deep": "deep depth",
    "wide": "wide width broad",
    "thick": "thick thickness",
}


def _pattern(words: str, more: str = "") -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b{more}", re.IGNORECASE)


_LANGUAGE = re.compile(r"\b(?:[A-Z]\w+(?:ish|ese|ian|ic)|German|French|Dutch|Czech|Greek|Latin|Welsh|Hindi|Urdu)\b")
_LENGTH = re.compile(rf"{_NUMBER}{_BETWEEN}(?:{_LENGTHS})\b", re.IGNORECASE)
_DIMENSION = _pattern(_LENGTHS, rf"[ -]+(?:in )?({'|'.join(' '.join(_DIMENSIONS.values()).split())})\b")
_WEIGHT = re.compile(rf"{_NUMBER}{_BETWEEN}(?:{_WEIGHTS})\b", re.IGNORECASE)
_DURATION = re.compile(rf"{_NUMBER}{_BETWEEN}(?:{_TIMES})\b", re.IGNORECASE)
_LASTING = _pattern(r"until|till|since|forever|permanent\w*|indefinite\w*|lifelong|from\b.*\bto")
_PRICE = re.compile(rf"[$€£¥₹%]|{_NUMBER}(?: \w+)? (?:{_MONIES})\b|\b\d[\d.,]* ?[pk]\b", re.IGNORECASE)
_CURRENCY = re.compile(r"\b[A-Z]{3} ?\d|\d ?[A-Z]{3}\b")
_FREE = _pattern(r"free|no (?:charge|cost|fee)|included|per ?cent")
_AGE = re.compile(
    rf"\b(?:ages?d?|old|older|1\d{{3}}|20\d\d)\b|\b(?:{_COUNT})(?:[ -]\w+)?[ -](?:years?|months?|weeks?)\b",
    re.IGNORECASE,
)
_FREQUENCY = _pattern(_OFTEN)
_TIME = _pattern(rf"{_DAYS}|{_WHILE}|{_TIMES}", rf"|{_CLOCK}")
_YEAR = _pattern(_YEARS)
_MONTH = _pattern(_MONTHS)
_PLACE = _pattern(_PLACES)
_COUNTED = _pattern(_COUNTS)
_PEOPLE = _pattern(r"by(?! (?:it(?:self)?|\w+ing|then|no)\b)|people|everyone|everybody|anyone|nobody")
_INSIDE = re.compile(r"\b(?:in|at|near) (?:the )?[A-Z]\w+")
"""Where something is names nobody."""

_WEEKDAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?")
_LABELLED = re.compile(r"\b[A-Z]\w+(?=\s*:)|(?<=[:|] )[A-Z]\w+")
"""Rows and lists have no sentence to tell a name by: *Chair: Ada Bell*, *Ada: write the letter*."""


def holds(kind: Kind | None, question: str, sentence: str) -> bool:
    """Whether the sentence names something of this kind that the question has not named itself.

    In a row of a table any number may be of that kind: its unit stands elsewhere.
    """
    return kind is None or _HOLDS[kind](question, sentence) or (_CELLS in sentence and _number(question, sentence))


def _number(question: str, sentence: str) -> bool:
    known = {each.value for each in figures(question)}
    found = any(each.value not in known and each.kind != "month" for each in figures(NAMING.sub(" ", sentence)))
    return found or bool(_COUNTED.search(sentence))


def _age(question: str, sentence: str) -> bool:
    return bool(_AGE.search(sentence)) and _number(question, sentence)


def _price(_: str, sentence: str) -> bool:
    return any(pattern.search(sentence) for pattern in (_PRICE, _CURRENCY, _FREE))


def _length(question: str, sentence: str) -> bool:
    """A length, and not one that is said to be of another dimension: *52 metres long* is not how high it is."""
    meant = _DIMENSIONS.get(measured(question), "").split()
    said = [each.lower() for each in _DIMENSION.findall(sentence)]
    return bool(_LENGTH.search(sentence)) and (not said or not meant or any(each in meant for each in said))


def _duration(question: str, sentence: str) -> bool:
    return bool(_DURATION.search(sentence) or _LASTING.search(sentence)) or _length(question, sentence)


def _person(question: str, sentence: str) -> bool:
    asked = set(stems(question))
    found = [each.text for each in names(_INSIDE.sub(" ", sentence))] + _LABELLED.findall(sentence)
    return any(stem(name) not in asked and not _WEEKDAY.fullmatch(name) for name in found) or bool(
        _PEOPLE.search(sentence)
    )


def _by(pattern: re.Pattern[str]) -> Callable[[str, str], bool]:
    return lambda _, sentence: bool(pattern.search(sentence))


_HOLDS: Mapping[Kind, Callable[[str, str], bool]] = {
    "number": _number,
    "age": _age,
    "price": _price,
    "length": _length,
    "weight": _by(_WEIGHT),
    "duration": _duration,
    "frequency": _by(_FREQUENCY),
    "time": _by(_TIME),
    "year": _by(_YEAR),
    "month": _by(_MONTH),
    "person": _person,
    "place": _by(_PLACE),
    "colour": _by(_pattern(_COLOURS)),
    "language": _by(_LANGUAGE),
}
