"""Addresses of the Internet protocol, of both versions."""

import ipaddress
import re

from .kind import NO_WORD, NUMBER, Kind

_VERSION = re.compile(r"(?:\bv|\bversions?|\brelease|\bbuild)[ :=]*\Z", re.IGNORECASE)


def _v4(found: str, before: str) -> int:
    numbers = found.split(".")
    if any(int(number) > 255 or (len(number) > 1 and number[0] == "0") for number in numbers):
        return 0
    return 0 if _VERSION.search(before) else len(found)


def _v6(found: str, before: str) -> int:
    """It is valid, and no `a::b` of a program, no fingerprint and no time."""
    try:
        ipaddress.IPv6Address(found)
    except ValueError:
        return 0
    groups = [group for group in found.split(":") if group]
    if "::" not in found and all(len(group) == 2 for group in groups):
        return 0
    return len(found) if len(groups) >= 3 or found == "::1" or _is_of_a_network(found) else 0


def _is_of_a_network(found: str) -> bool:
    return found.lower().startswith(("fe80::", "fc00::", "fd00::", "ff02::", "2001:", "2002:", "2606:", "64:ff9b::"))


IP = (
    Kind(
        "ip",
        r"(?<![\w.-])(?<![0-9]\.)[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w]|-[\w]|\.[0-9])",
        _v4,
        start=NUMBER,
        lead=0,
        opening=NO_WORD,
        longest=20,
    ),
    Kind(
        "ip",
        r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}(?=:)|(?=::))(?::[0-9A-Fa-f]{0,4}){2,8}(?:(?<=:[0-9]{1,3})(?:\.[0-9]{1,3}){3})?"
        r"(?![\w:])(?!\.[0-9])",
        _v6,
        start=r"(?<![\w:.])[0-9A-Fa-f:]",
        trigger=":",
        word=r"(?<!\S)[^\s:]*:[^\s:]*:\S*",
        opening=r"(?:[A-F][a-f]{0,3}|[a-f]{1,4})(?![a-z])",
        longest=64,
    ),
)
