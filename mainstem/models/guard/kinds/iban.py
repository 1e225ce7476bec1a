"""International bank account numbers: the length of each country, and the remainder by 97."""

import re

from .kind import NUMBER, SHORT_WORD, Kind

LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27"
        "GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22"
        "MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28"
        "TL23TN24TR26UA29VA22VG24XK20YE30",
    )
}
"""Characters of an IBAN, by country."""

_SEPARATORS = re.compile(r"[ -]")


def _iban(found: str, before: str) -> int:
    length = LENGTHS.get(found[:2].upper())
    if length is None:
        return 0
    taken = _taken(found, length)
    if taken is None or found[taken : taken + 1].isalnum():
        return 0
    written = _SEPARATORS.sub("", found[:taken]).upper()
    moved = written[4:] + written[:4]
    return taken if int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1 else 0


def _taken(found: str, length: int) -> int | None:
    """After how many characters so many letters and digits have come."""
    places = [place for place, sign in enumerate(found) if sign.isalnum()]
    return places[length - 1] + 1 if len(places) >= length else None


IBAN = Kind(
    "iban",
    r"(?<![A-Za-z0-9])(?:[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,40}|[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]){11,40})",
    _iban,
    start=NUMBER,
    lead=2,
    opening=SHORT_WORD,
    longest=90,
)
