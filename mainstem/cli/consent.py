"""What a folder's own files say of where data goes: asked about in a terminal, told of elsewhere."""

import sys
import warnings
from typing import TYPE_CHECKING

import typer

from .failures import CommandError, say

if TYPE_CHECKING:
    from mainstem.trust import GuardedValues


def settle_trust(says: "GuardedValues") -> None:
    """Have the folder trusted, or say what of its file is passed over. Raises `CommandError`."""
    from mainstem.trust import Untrusted

    if not says.names or says.trusted:
        return
    if _can_ask() and _asked(says):
        save_trust(says)
    else:
        say(says.passed_over)
        warnings.simplefilter("ignore", Untrusted)


def save_trust(says: "GuardedValues") -> None:
    """Trust it from now on. Raises `CommandError` when that cannot be kept."""
    try:
        says.trust()
    except OSError as error:
        raise CommandError(
            f"That {says.folder} is trusted cannot be kept ({error}): set XDG_CONFIG_HOME to a folder of yours, "
            "or set these names in the environment."
        ) from None


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _asked(says: "GuardedValues") -> bool:
    say(f"{says.file} says where data goes, or what starts:")
    for line in says.lines():
        say(f"  {line}")
    return typer.confirm("Follow it? Only if you wrote it, or trust whoever did", err=True)
