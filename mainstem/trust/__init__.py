"""Which folders may say, in their own `.env`, where data goes and which programs start.

A folder that came from somebody else has an `.env` of somebody else's: an address in it would be sent the key and the
documents of whoever works there. So what is on a closed list counts only once the folder is trusted. That is kept
outside of any folder, in `$XDG_CONFIG_HOME/mainstem/trusted` (`~/.config/mainstem/trusted`): a home beneath the folder
could come with it and vouch for it. A trusted file that changes what it says of these names asks again.
"""

from .folders import GuardedValues, Untrusted, guarded_values
from .names import (
    Names,
    NeedsTrust,
    guarded,
    masks_secrets,
    paths_inside,
    quotes_only,
    stays_here,
    tokens_only,
    weights_inside,
)

__all__ = [
    "GuardedValues",
    "Names",
    "NeedsTrust",
    "Untrusted",
    "guarded",
    "guarded_values",
    "masks_secrets",
    "paths_inside",
    "quotes_only",
    "stays_here",
    "tokens_only",
    "weights_inside",
]
