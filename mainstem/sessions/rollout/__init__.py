"""Which runs take which variant: chosen by thread, user, role or tag, fallen back from, and run beside as shadows."""

from .rollout import Rollout
from .shadow import Shadow

__all__ = ["Rollout", "Shadow"]
