"""Which Chromium the page is tried in."""

import shutil

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is the same engine without the windows around it: a page costs a quarter of the processor's time."""

CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
"""Where it lies; None where none is installed."""
