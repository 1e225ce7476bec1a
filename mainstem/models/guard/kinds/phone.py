"""Telephone numbers: how they are written, and what the library `phonenumbers` knows of each country's."""

import re
from functools import cache
from importlib import import_module
from typing import Any

from .kind import NO_WORD, NUMBER, Kind

_WORD = re.compile(
    r"(?:phone|fone|t[eé]l(?:[eé]f|\b)|mobil|\bcell|\bcall|\bdial|\bring|fax|contact|reach|sms|\btext|whatsapp|hotline|"
    r"handy|rufnummer|messages?|registered|\bdesk|office|\bph\b|number|answer)[^\n]{0,40}\n?[^\n]{0,20}\Z",
    re.IGNORECASE,
)
_OTHER_WORD = re.compile(
    r"\b(?:order|invoice|account|case|ticket|tracking|serial|card|part|model|item|version|isbn|issn|iso|rfc|page|zip|box|"
    r"no|id)\b[^\n]{0,15}\Z",
    re.IGNORECASE,
)
_NOT_A_NUMBER = re.compile(
    r"(?:1[5-9]|20)[0-9]{2}[-/. ](?:0?[1-9]|1[0-2])[-/. ](?:0?[1-9]|[12][0-9]|3[01])|"  # a date
    r"(?:0?[1-9]|[12][0-9]|3[01])[-/. ](?:0?[1-9]|[12][0-9]|3[01])[-/. ](?:1[5-9]|20)[0-9]{2}|"
    r"(?:19|20)[0-9]{2}\s?[-/]\s?(?:19|20)[0-9]{2}|"  # years
    r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|"  # an address
    r"[1-9][0-9]{0,2}(?: 000)+|[1-9][0-9]?0{5,}|"  # thousands
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}|"  # a social security number
    r"[0-9]{5}-[0-9]{4}|"  # a postal code
    r"[0-9]+\.[0-9]+"  # a decimal number
)
_DATE = re.compile(
    r"(?<![0-9])(?:[0-9]{4}([-/.])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12][0-9]|3[01])|"
    r"(?:0?[1-9]|[12][0-9]|3[01])([-/.])(?:0?[1-9]|[12][0-9]|3[01])\2(?:1[5-9]|20)[0-9]{2})(?![0-9])"
)
_NORTH_AMERICAN = re.compile(r"(?:(?:\+|00)?1[ .-]?|001-)?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[ .-][0-9]{4}")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[ .\xa0][0-9]{3})+")
_EXTENSION = re.compile(r"\s?(?:x|ext\.?|#)\s?[0-9]{1,6}\Z", re.IGNORECASE)
_REGIONS = (
    *("US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "AT", "CH", "PT", "IE", "DK", "SE", "NO", "FI", "PL", "CZ", "HU"),
    *("GR", "TR", "RO", "AU", "NZ", "IN", "JP", "CN", "KR", "BR", "MX", "AR", "CL", "ZA", "IL", "SG", "HK", "EE", "SI"),
)


def _phone(found: str, before: str) -> int:
    """As much of it as is a number: what follows after a space may be another one."""
    ends = [len(found), *(match.start() for match in re.finditer(r"[ ,/]+(?=[0-9(+])", found))]
    return next((end for end in sorted(ends, reverse=True) if _is_phone(found[:end], before)), 0)


def _is_phone(written: str, before: str) -> bool:
    number = _EXTENSION.sub("", written)
    digits = re.sub(r"\D", "", number)
    if not 7 <= len(digits) <= 15 or len(set(digits)) == 1 or _NOT_A_NUMBER.fullmatch(number):
        return False
    if _DATE.search(number) or number.count("(") != number.count(")"):
        return False
    if number.startswith(("+", "00")):
        return _is_possible(number)
    if _NORTH_AMERICAN.fullmatch(number):
        return True
    return _is_national(number, digits, before)


def _is_national(number: str, digits: str, before: str) -> bool:
    """Without a country's code: some country has such a number, and its groups or a word before tell that it is one."""
    told = _WORD.search(before) and not _OTHER_WORD.search(before)
    if not told and (len(digits) < 8 or not _is_grouped(number) or _OTHER_WORD.search(before)):
        return False
    return _is_valid_somewhere(number)


def _is_grouped(number: str) -> bool:
    """Whether it is written in groups as numbers of that size are not."""
    groups = re.findall(r"[0-9]+", number)
    signs = set(re.findall(r"[^0-9]+", number))
    if _THOUSANDS.fullmatch(number) or "  " in number or len(signs) > 2:
        return False
    return len(groups) >= 2 and all(2 <= len(group) <= 8 for group in groups)


def _is_possible(number: str) -> bool:
    return _parsed(number if number[0] == "+" else f"+{number[2:]}", None, "is_possible_number")


def _is_valid_somewhere(number: str) -> bool:
    return any(_parsed(number, region, "is_valid_number") for region in _REGIONS)


def _parsed(number: str, region: str | None, question: str) -> bool:
    library = _library()
    try:
        return bool(getattr(library, question)(library.parse(number, region)))
    except library.NumberParseException:
        return False


@cache
def _library() -> Any:
    library = import_module("phonenumbers")
    library.PhoneMetadata.load_all()
    return library


def _labelled(found: str, before: str) -> int:
    """What follows says that it is one."""
    return len(found) if 7 <= sum(sign.isdigit() for sign in found) <= 15 and _is_valid_somewhere(found) else 0


_BEGINS = r"(?<![\w.+/:=#\\-])"
_DIGITS = r"(?:\+[ ]?|\()?[0-9](?:[ ().\-/\xa0]{0,3}[0-9]){6,18}"

PHONE = (
    Kind(
        "phone",
        rf"{_BEGINS}{_DIGITS}(?:[ ]?(?:[xX]|ext\.?|#)[ ]?[0-9]{{1,6}})?(?!\w)",
        _phone,
        start=NUMBER,
        lead=2,
        opening=NO_WORD,
        longest=96,
        prepare=_library,
    ),
    Kind(
        "phone",
        rf"{_BEGINS}{_DIGITS}(?=[ ]?[-(,]?[ ]?(?i:office|fax|mobile|cell|desk|home|work|direct)(?![A-Za-z]))",
        _labelled,
        start=NUMBER,
        lead=2,
        opening=NO_WORD,
        longest=110,
        prepare=_library,
    ),
)
