"""Every setting, in one class: read from the environment (prefix ``MAINSTEM_``) and from ``.env``.

`Settings` is plain data and may be built by hand. Inside a run, nodes and tools read `active()`: the settings of the
session that started the run, or, under a server that knows no session, those of the environment.

What says where data goes is marked `NeedsTrust`: in the working folder's own `.env` it counts only once the folder is
trusted (`mainstem.trust`), also for `Settings()` in somebody's program. `Settings(_env_file=…)` is that program's word.
"""

from pathlib import Path

from ..trust import GuardedValues, Names
from .active import active, chosen, reread_environment, use
from .settings import Settings
from .storage import HOME
from .untrusted import guarded_in, names_of

__all__ = [
    "HOME",
    "Settings",
    "active",
    "chosen",
    "guarded_dotenv",
    "guarded_settings",
    "reread_environment",
    "use",
]


def guarded_dotenv(folder: Path) -> GuardedValues:
    """What the `.env` of `folder` says of where data goes, and what of it would count for these settings."""
    return guarded_in(folder, Settings)


def guarded_settings() -> Names:
    """The settings that need trust."""
    return names_of(Settings)
