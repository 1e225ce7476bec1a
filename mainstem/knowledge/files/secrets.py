"""Which files commonly hold secrets, by their names: they are indexed only where somebody names them."""

import os
import re
from itertools import pairwise

HOLDS_SECRETS = "its name says that it holds secrets; give its path to index it all the same"
"""Why such a file is skipped."""

_SETTINGS = frozenset((".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".json", ".jsonl", ".ndjson"))
_WORDS = frozenset(
    ("secret", "secrets", "credential", "credentials", "password", "passwords", "passwd", "kubeconfig", "adminsdk")
)
_NAMES = frozenset(
    (
        *("auth.json", "token.json", "local.settings.json", "vault.yml", "vault.yaml", "wp-config.php"),
        *("accesskeys.csv", "credentials.csv", "passwords.csv", "passwords.txt"),
    )
)


def holds_secrets(name: str) -> bool:
    """Whether a file of settings or data is called like what holds passwords and keys (`secrets.yaml`)."""
    if name.lower() in _NAMES:
        return True
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 (each file is asked about before every question)
    if suffix.lower() not in _SETTINGS:
        return False
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stem).lower())
    return ("service", "account") in pairwise(words) or not _WORDS.isdisjoint(words)
