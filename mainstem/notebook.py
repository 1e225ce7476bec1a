"""A run in a notebook: `from mainstem.notebook import show`, then `await show(session.ask("…"))`."""

from .stream.extras import extra

with extra("notebook"):
    from .views.notebook import bundle, show

__all__ = ["bundle", "show"]
