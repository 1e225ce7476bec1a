"""E-mail addresses."""

from .kind import ANY_WORD, Kind

_NO_DOMAINS = frozenset(
    ("shape", "dtype", "values", "dot", "sum", "mean", "astype", "reshape", "service", "timer", "socket", "target")
)
"""What stands behind a dot in code and in names of units, and ends no domain."""


def _address(found: str, before: str) -> int:
    local, _, domain = found.rpartition("@")
    ends = domain.rpartition(".")[2].lower()
    return 0 if ends in _NO_DOMAINS or local == "git" or domain == "T" else len(found)


EMAIL = Kind(
    "email",
    r"(?<![\w.+%&'*/=-])[\w+](?:[\w.+%&'*/=-]{0,63})@(?:\w[\w-]{0,62}\.){1,8}(?:[^\W\d_]{2,24}|xn--[A-Za-z0-9-]{2,59})"
    r"(?![^\W_])",
    _address,
    trigger="@",
    word=r"(?<!\S)[^\s@]*@\S+",
    start=r"(?<![\w.+%&'*/=-])[\w+]",
    opening=ANY_WORD,
)
