"""The kinds by name, and the mask that names mean."""

from collections.abc import Iterable, Mapping
from functools import cache

from mainstem.stream.extras import extra

from .kinds.card import CARD
from .kinds.email import EMAIL
from .kinds.iban import IBAN
from .kinds.ip import IP
from .kinds.kind import Kind
from .kinds.national_id import NATIONAL_IDS, US_SSN
from .kinds.own import own_pattern, own_words
from .kinds.phone import PHONE
from .kinds.secrets import SECRETS
from .mask import Mask

KINDS: dict[str, tuple[Kind, ...]] = {
    "secrets": SECRETS,
    "email": (EMAIL,),
    "card": (CARD,),
    "iban": (IBAN,),
    "us_ssn": (US_SSN,),
    "national_id": NATIONAL_IDS,
    "ip": IP,
    "phone": PHONE,
}
"""What can be masked, by the names that settings use; of two that find the same, the first."""

OFF = "off"
ALL = "all"


def mask_of(
    names: Iterable[str] = ("secrets",),
    *,
    patterns: Mapping[str, str] | None = None,
    words: Mapping[str, Iterable[str]] | None = None,
) -> Mask | None:
    """The mask of these kinds, of patterns of your own and of lists of words; `None` where nothing is to be masked.

    `names` are keys of `KINDS`, `all` or `off`. The names of `patterns` and `words` are what their placeholders say:
    `patterns={"ticket": "TICKET-[0-9]+"}` shows `[TICKET_1]`. Raises `ValueError` in one line for a name that there is
    not and for a pattern that cannot be looked for in a stream, `MissingExtra` where phone or national_id need the
    extra `guard`. The first time it may import a library: in a coroutine, in a thread.
    """
    listed = {name: tuple(several) for name, several in (words or {}).items()}
    return _mask_of(tuple(names), tuple((patterns or {}).items()), tuple(listed.items()))


@cache
def _mask_of(
    names: tuple[str, ...], patterns: tuple[tuple[str, str], ...], words: tuple[tuple[str, tuple[str, ...]], ...]
) -> Mask | None:
    # kept, so that the same settings compile their patterns once
    kinds = [kind for name in _chosen(names) for kind in KINDS[name]]
    kinds += [own_pattern(name, pattern) for name, pattern in patterns]
    kinds += [own_words(name, several) for name, several in words]
    with extra("guard"):
        for kind in kinds:
            if kind.prepare:
                kind.prepare()
    mask = Mask(kinds) if kinds else None
    if mask is not None:
        mask.compile()
    return mask


def _chosen(names: tuple[str, ...]) -> list[str]:
    unknown = [name for name in names if name not in (*KINDS, ALL, OFF)]
    if unknown:
        raise ValueError(f"There is nothing called {unknown[0]!r} to mask. There are: {', '.join((*KINDS, ALL, OFF))}.")
    if OFF in names and len(names) > 1:
        raise ValueError("off cannot be combined with what is to be masked.")
    if ALL in names:
        return list(KINDS)
    return [name for name in KINDS if name in names]
