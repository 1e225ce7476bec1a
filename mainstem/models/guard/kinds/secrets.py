"""Known forms of secrets: the keys of providers, JSON web tokens, private keys, and what URLs carry of them."""

import re
from functools import partial

from .kind import NO_WORD, Kind

_KEYS = (
    # what providers write before their keys, and the least that follows
    r"(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])",
    r"AIza[0-9A-Za-z_-]{35}",
    r"AGE-SECRET-KEY-1[0-9A-Z]{50,}",
    r"ATATT3[A-Za-z0-9_=-]{40,}",
    r"ATCTT3[A-Za-z0-9_=-]{40,}",
    r"GOCSPX-[A-Za-z0-9_-]{20,}",
    r"HRKU-[A-Za-z0-9_-]{30,}",
    r"NRAK-[A-Z0-9]{20,}",
    r"PMAK-[0-9a-f]{20,}-[0-9a-f]{20,}",
    r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"[rs]k_(?:live|test|prod)_[A-Za-z0-9]{10,}",
    r"whsec_[A-Za-z0-9+/=]{24,}",
    r"dapi(?=[a-f]{0,31}[0-9])[0-9a-f]{32}(?:-[0-9])?(?![A-Za-z0-9])",
    r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}",
    r"do[opr]_v1_[0-9a-f]{40,}",
    r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9]{40,}",
    r"fig[doru]_[A-Za-z0-9_-]{36,}",
    r"gh[pousr]_[A-Za-z0-9]{30,}",
    r"github_pat_[A-Za-z0-9_]{22,}",
    r"gl(?:pat|dt|rt|ptt|soat|oas|cbt|ft|imt|agent)-[A-Za-z0-9_-]{20,}",
    r"gl(?:sa|c)_[A-Za-z0-9_+/=]{32,}",
    r"gsk_[A-Za-z0-9]{40,}",
    r"hf_[A-Za-z0-9]{30,}",
    r"hv[sbr]\.[A-Za-z0-9_-]{24,}",
    r"lin_api_[A-Za-z0-9]{32,}",
    r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    r"mainstem_[A-Za-z0-9]{8}_[A-Za-z0-9]{40}(?![A-Za-z0-9])",
    r"nfp_[A-Za-z0-9]{36,}",
    r"npm_[A-Za-z0-9]{36}",
    r"ntn_[A-Za-z0-9]{40,}",
    r"nvapi-[A-Za-z0-9_-]{40,}",
    r"pcsk_[A-Za-z0-9_]{40,}",
    r"pplx-[A-Za-z0-9]{40,}",
    r"pypi-[A-Za-z0-9_-]{50,}",
    r"r8_[A-Za-z0-9]{36,}",
    r"sbp_[0-9a-f]{40}",
    r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    r"sntry[su]_[A-Za-z0-9_=+/-]{40,}",
    r"sq0(?:atp|csp)-[A-Za-z0-9_-]{22,}",
    r"tvly-[A-Za-z0-9-]{20,}",
    r"xai-[A-Za-z0-9]{60,}",
    r"xapp-[0-9]-[A-Za-z0-9-]{20,}",
    r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}",
    r"ya29\.[0-9A-Za-z_-]{20,}",
)

_HEADS = re.findall(
    r"\w+",
    "dap dck doo dop dor dp ey fig gh git gl gs hf hv lin lsv mai nfp npm ntn nva pcs ppl pyp rk sbp shp sk snt sq tvl "
    "whs xai xap xox ya",
)
"""How keys begin that begin with small letters: up to three of them."""
_FIRST = "|".join(sorted({head[:length] for head in _HEADS for length in (1, 2)}))

_in_a_word = partial(
    Kind,
    word=r"(?<!\S)\S{14,}",
    trigger=r"[A-Z0-9_.d-]\S{10}",  # all of them have such a sign (the d is of dapi), and prose seldom has
    start=r"(?<![A-Za-z0-9])[A-Za-z]",
    opening=rf"(?:[AGHNPS]|{_FIRST})(?![a-z])|{'|'.join(_HEADS)}",
)
_behind_a_sign = partial(Kind, behind=tuple(rf"[:/=][\"' ]{{{many}}}" for many in (2, 1, 0)), opening=NO_WORD)
_NAMED = r"(?:access_?token|auth_?token|token|api_?key|key|sig|signature|x-amz-signature|x-amz-security-token|auth)"
_PRIVATE = r"(?:secret|client_?secret|password|passwd|pwd|refresh_?token)"
_TEMPLATE = re.compile(r"[{}$%*]|\.\.\.|…")
_BREAK = r"(?:\s|\\[nr]){1,8}"
_BASE64 = r"[A-Za-z0-9+/=]"


def _random(found: str, before: str) -> int:
    """Whether it looks drawn and not written: words that are joined by dashes have few digits."""
    return len(found) if sum(letter.isdigit() for letter in found) >= 3 else 0


def _filled(found: str, before: str) -> int:
    """Whether it is a value and not the place of one."""
    return 0 if _TEMPLATE.search(found) else len(found)


def _filled_random(found: str, before: str) -> int:
    return min(_random(found, before), _filled(found, before))


SECRETS = (
    _in_a_word("api_key", rf"(?<![A-Za-z0-9])(?:{'|'.join(_KEYS)})"),
    _in_a_word("api_key", r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}", _random),
    _in_a_word(
        "jwt",
        r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}"
        r"(?:\.eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]+)?|(?:\.[A-Za-z0-9_-]*){3}\.[A-Za-z0-9_-]+)",
    ),
    _behind_a_sign("api_key", r"(?<=hooks\.slack\.com/services/)T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}"),
    _behind_a_sign("api_key", r"(?<=[0-9]{8,10}:)AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    _behind_a_sign("api_key", r"(?<=(?i:access_?key)[\"']?[ ]?[:=][ ]?[\"']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"),
    _behind_a_sign("api_key", r"(?<=(?:AccountKey|SharedAccessKey)=)[A-Za-z0-9/+]{40,}={0,2}"),
    Kind("token", r"(?<=[Bb]earer )[A-Za-z0-9._~+/-]{16,}={0,2}", _random, behind=("earer ",), opening=NO_WORD),
    _behind_a_sign("token", rf"(?<=[?&;](?i:{_NAMED})=)[^\s&#\"'<>]{{12,}}", _filled_random),
    _behind_a_sign("token", rf"(?<=[?&;](?i:{_PRIVATE})=)[^\s&#\"'<>]{{4,}}", _filled),
    _behind_a_sign("password", r"(?<=://)[^\s/?#@:\"'<>\[\]]{0,64}:[^\s/?#@\"'<>\[\]]{1,256}(?=@)", _filled),
    Kind(
        "private_key",
        rf"-----BEGIN (?:[A-Z0-9]{{1,20}} ){{0,3}}PRIVATE KEY(?: BLOCK)?-----"
        rf"(?:{_BREAK}[A-Za-z-]{{3,20}}: [^\r\n\\]{{0,120}}){{0,6}}"
        rf"(?:{_BREAK}{_BASE64}{{32,}})+(?:{_BREAK}{_BASE64}+)?"
        rf"(?:(?:\s|\\[nr]){{0,8}}-----END [A-Z0-9 ]{{1,60}}-----)?",
        trigger=r"-----|-\Z",
        start=r"-",
        opening=NO_WORD,
    ),
)
"""What is masked where nobody says otherwise."""
