"""Masking, scored on a file in presidio-research's format: `uv run python benchmarks/guard.py FILE`.

The file is a JSON list of `full_text` and `spans` with `entity_type`, `start_position` and `end_position`. Each text is
masked whole and in pieces that are cut at random. The last line is `precision P recall R leaks L`: of what was masked,
the share that is something; of what there is, the share that was masked from its first character to its last; and the
number of prefixes that showed what the masked whole does not. Types that we do not claim count neither way.
"""

import argparse
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from mainstem.models.guard import KINDS, Masker, mask_of
from mainstem.models.guard.mask import Mask

TYPES = {
    "EMAIL_ADDRESS": "email",
    "EMAIL": "email",
    "PHONE_NUMBER": "phone",
    "PHONE": "phone",
    "CREDIT_CARD": "card",
    "CREDIT_CARD_NUMBER": "card",
    "IBAN_CODE": "iban",
    "IBAN": "iban",
    "IP_ADDRESS": "ip",
    "IP": "ip",
    "US_SSN": "us_ssn",
    "SSN": "us_ssn",
    **dict.fromkeys(
        (
            *("ES_NIF", "ES_NIE", "IT_FISCAL_CODE", "UK_NINO", "UK_NHS", "IN_AADHAAR", "IN_PAN", "PL_PESEL", "BR_CPF"),
            *("AU_TFN", "FI_PERSONAL_IDENTITY_CODE", "KR_RRN", "CA_SIN", "SE_PERSONNUMMER", "NL_BSN", "NATIONAL_ID"),
        ),
        "national_id",
    ),
    **dict.fromkeys(
        (
            "API_KEY",
            "SECRET",
            "SECRETS",
            "JWT",
            "PRIVATE_KEY",
            "TOKEN",
            "PASSWORD_IN_URL",
            "URL_CREDENTIALS",
            "AWS_KEY",
        ),
        "secrets",
    ),
}
"""Types of presidio-research and its recognizers, by the names of what we mask."""

_GROUPS = {kind.name: name for name, kinds in KINDS.items() for kind in kinds}


class Span(NamedTuple):
    """A part of a text, and what it is; an empty name is a type that we do not claim."""

    start: int
    end: int
    name: str


class Score:
    """What was found of each type, and what was masked for nothing."""

    def __init__(self) -> None:
        self.there: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.faults: list[str] = []

    def add(self, text: str, spans: list[Span], masked: list[Span]) -> None:
        """One text."""
        for span in spans:
            if span.name:
                is_found = _covered(text, span, [one for one in masked if one.name == span.name])
                self.there[span.name] += 1
                self.found[span.name] += is_found
                if not is_found:
                    self.faults.append(f"missed {span.name}: {text[span.start : span.end]!r} in {text[:200]!r}")
        for one in masked:
            touched = {span.name for span in spans if span.start < one.end and one.start < span.end}
            if one.name in touched:
                self.right[one.name] += 1
            elif "" not in touched:
                self.wrong[one.name] += 1
                self.faults.append(f"wrong {one.name}: {text[one.start : one.end]!r} in {text[:200]!r}")

    def rows(self) -> list[str]:
        """A line for each type, and one for all."""
        names = [name for name in KINDS if self.there[name] or self.right[name] or self.wrong[name]]
        rows = [
            f"{name:<12} {self.precision(name):9.3f} {self.recall(name):7.3f} {self.there[name]:6}" for name in names
        ]
        return [f"{'':<12} precision  recall  there", *rows]

    def precision(self, *names: str) -> float:
        """Of all types, or of some."""
        right = sum(self.right[name] for name in names or KINDS)
        return _share(right, right + sum(self.wrong[name] for name in names or KINDS))

    def recall(self, *names: str) -> float:
        """Of all types, or of some."""
        return _share(
            sum(self.found[name] for name in names or KINDS), sum(self.there[name] for name in names or KINDS)
        )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _covered(text: str, span: Span, masked: list[Span]) -> bool:
    places = {place for place in range(span.start, span.end) if text[place].isalnum()}
    return not places - {place for one in masked for place in range(one.start, one.end)}


def masked_spans(mask: Mask, text: str) -> list[Span]:
    """What the mask covers in a whole text."""
    spans: list[Span] = []
    at = 0
    for piece in Masker(mask).pieces(text, last=True):
        end = at + len(piece.source)
        if piece.shown != piece.source:
            spans.append(Span(at, end, _GROUPS[piece.shown.strip("[]").rpartition("_")[0].lower()]))
        at = end
    return spans


def leaks(mask: Mask, text: str, places: list[int]) -> int:
    """How many prefixes of the text, pushed in pieces, show what the masked whole does not."""
    whole, masker, shown, count = Masker(mask).finish(text), Masker(mask), "", 0
    for start, end in zip([0, *places], [*places, len(text)], strict=True):
        shown += masker.push(text[start:end])
        count += not whole.startswith(shown)
    return count + (shown + masker.finish() != whole)


def _read(path: Path) -> list[tuple[str, list[Span]]]:
    given: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [
        (
            one["full_text"],
            [
                Span(span["start_position"], span["end_position"], TYPES.get(span["entity_type"].upper(), ""))
                for span in one["spans"]
            ],
        )
        for one in given
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Score masking on a file in presidio-research's format.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--cuts", type=int, default=20_000, help="places to cut at, over all texts (default: 20000)")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--faults", action="store_true", help="name what was missed, and masked for nothing")
    asked = parser.parse_args()
    try:
        texts = _read(asked.file)
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"{asked.file} is no file of presidio-research's format: {type(error).__name__}: {error}")
    mask, score, chance = mask_of(["all"]), Score(), random.Random(asked.seed)
    assert mask is not None
    for text, spans in texts:
        score.add(text, spans, masked_spans(mask, text))
    cuts = leaked = 0
    while texts and cuts < asked.cuts:
        text = chance.choice(texts)[0]
        places = sorted(chance.choices(range(len(text) + 1), k=chance.randint(1, max(1, len(text) // 3))))
        leaked += leaks(mask, text, places)
        cuts += len(places)
    print(*(score.faults if asked.faults else ()), *score.rows(), f"{cuts:,} cuts in {len(texts):,} texts", sep="\n")
    print(f"precision {score.precision():.3f} recall {score.recall():.3f} leaks {leaked}")


if __name__ == "__main__":
    main()
