"""Numbers that states give to people: the form of each, the check of `python-stdnum`, and for bare digits a word.

A row of digits passes the check of some country by chance. It is taken for a number of a person only where a word
stands shortly before that names it, or where it is written as only such numbers are.
"""

import re
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from typing import NamedTuple, cast

from .kind import CONTEXT, NO_WORD, NUMBER, SHORT_WORD, Kind

_IDENTITY = r"\b(?:id|identity|identification|identifier|national|personal|tax|citizen|insurance)\b"
"""Words for the numbers of any country."""


class _Number(NamedTuple):
    country: str
    """The module of stdnum that checks it: `br.cpf`."""
    pattern: str
    words: str = ""
    """A pattern for what may stand before it; empty where its form is enough."""
    bare: str = ""
    """Its form where no such word is needed, within `pattern`."""


_NUMBERS = (
    _Number("es.nif", r"[0-9]{8}-?[A-HJ-NP-TV-Z]|[XYZKLM]-?[0-9]{7}-?[A-Z]"),
    _Number("it.codicefiscale", r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]"),
    _Number("mx.curp", r"[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[A-Z0-9][0-9]"),
    _Number("fi.hetu", r"[0-9]{6}[+A-FYXWVU-][0-9]{3}[0-9A-Y]"),
    _Number("in_.pan", r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]"),
    _Number("br.cpf", r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}", r"cpf", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}"),
    _Number("ch.ssn", r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}", r"ahv|avs|ssn", r"756[. ].*"),
    _Number("cl.rut", r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-[0-9Kk]", r"rut|run", r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-."),
    _Number("kr.rrn", r"[0-9]{6}-[1-8][0-9]{6}"),
    _Number("fr.nir", r"[12][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[0-9AB]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{2}"),
    _Number("cn.ric", r"[0-9]{17}[0-9Xx]"),
    _Number("be.nn", r"[0-9]{2}\.?[0-9]{2}\.?[0-9]{2}-?[0-9]{3}\.?[0-9]{2}", r"national|rijksregister", r".*-.*\..*"),
    _Number("se.personnummer", r"(?:19|20)?[0-9]{6}[-+][0-9]{4}"),
    _Number("dk.cpr", r"[0-9]{6}-?[0-9]{4}", r"cpr", r"[0-9]{6}-[0-9]{4}"),
    _Number("no.fodselsnummer", r"[0-9]{6} ?[0-9]{5}", r"f.dsels|personnummer"),
    _Number("pl.pesel", r"[0-9]{11}", r"pesel"),
    _Number("nl.bsn", r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}", r"bsn|burger|sofi"),
    _Number("de.idnr", r"[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}", r"steuer|idnr"),
    _Number("gb.nhs", r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}", r"nhs", ""),
    _Number("ca.sin", r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}", r"\bsin\b|social insurance"),
    _Number("au.tfn", r"[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", r"tfn|tax file"),
    _Number("in_.aadhaar", r"[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}", r"aadhaar|aadhar|uid", r"[0-9]{4} [0-9]{4} [0-9]{4}"),
    _Number("tr.tckimlik", r"[0-9]{11}", r"kimlik|tckn"),
    _Number("za.idnr", r"[0-9]{6} ?[0-9]{4} ?[0-9]{2} ?[0-9]", r"south africa|\brsa\b|\bsa id"),
    _Number("pt.cc", r"[0-9]{8}[ ]?[0-9][ ]?[A-Z0-9]{2}[0-9]"),
)

_ENDS = r"(?![\w]|-[0-9])"
_BEGINS = r"(?<![\w./-])"


def _checked(number: _Number) -> Callable[[str, str], int]:
    words = re.compile(rf"(?:{number.words}|{_IDENTITY})[^.!?\n]{{0,40}}\Z", re.IGNORECASE)
    bare = re.compile(number.bare) if number.bare else None

    def check(found: str, before: str) -> int:
        told = not number.words or (bare is not None and bare.fullmatch(found)) or words.search(before[-CONTEXT:])
        return len(found) if told and _validator(number.country)(found) else 0

    return check


@cache
def _validator(country: str) -> Callable[[str], bool]:
    return cast("Callable[[str], bool]", import_module(f"stdnum.{country}").is_valid)


_NINO = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]", re.IGNORECASE)


def _nino(found: str, before: str) -> int:
    return len(found) if _NINO.match(found) else 0


_SOCIAL = re.compile(r"(?:\bssn\b|social security|\bss#)[^.!?\n]{0,40}\Z", re.IGNORECASE)


def _us_ssn(found: str, before: str) -> int:
    """Groups that are given out, and a sign between them; bare digits only behind a word that names them."""
    digits = re.sub(r"\D", "", found)
    signs = set(re.sub(r"\d", "", found))
    if digits[:3] in ("000", "666") or digits[0] == "9" or digits[3:5] == "00" or digits[5:] == "0000":
        return 0
    if len(signs) > 1 or len(set(digits)) == 1:
        return 0
    return len(found) if "-" in signs or _SOCIAL.search(before) else 0


US_SSN = Kind(
    "us_ssn",
    rf"{_BEGINS}[0-9]{{3}}[ .-]?[0-9]{{2}}[ .-]?[0-9]{{4}}{_ENDS}",
    _us_ssn,
    start=NUMBER,
    lead=0,
    opening=NO_WORD,
    longest=14,
)


def _kind(number: _Number) -> Kind:
    pattern, prepare = rf"{_BEGINS}(?:{number.pattern}){_ENDS}", partial(_validator, number.country)
    return Kind(
        "national_id",
        pattern,
        _checked(number),
        start=NUMBER,
        lead=6,
        opening=SHORT_WORD,
        longest=32,
        prepare=prepare,
    )


NATIONAL_IDS = (
    Kind(
        "national_id",
        rf"{_BEGINS}[A-Z]{{2}} ?[0-9]{{2}} ?[0-9]{{2}} ?[0-9]{{2}} ?[A-D]{_ENDS}",
        _nino,
        start=NUMBER,
        lead=3,
        opening=SHORT_WORD,
        longest=16,
    ),
    *map(_kind, _NUMBERS),
)
