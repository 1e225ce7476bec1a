"""Where the bundled agent and `docs/` are: in the checkout, or inside the installed package."""

from pathlib import Path


def _find() -> Path:
    here = Path(__file__).resolve().parent
    inside = here / "_agent"
    # An editable install can leave a stale `_agent` in site-packages; beside this file there is one only in a wheel.
    return inside if inside.is_dir() else here.parent


_home = _find()  # looked up once, at import: event loops must not touch the disk


def bundled_agent() -> Path:
    """The folder with the agent's rooms, its langgraph.json and `docs/`."""
    return _home
