"""Photograph the page for the README and its how-to page: `python -m tests.docs.page`.

It serves the bundled agent over a small folder, asks a question in headless Chromium, and keeps what is shown. The
model plays a script, so that the picture is the same each time; everything else is as it always is.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from mainstem import Session, Settings
from tests.web.page.asking import asked
from tests.web.page.chromium import CHROMIUM
from tests.web.page.serving import served

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
PICTURE = IMAGES / "page.png"
WIDTHS = {1440: 900, 1024: 768, 390: 844}
"""Width and height, in pixels, of the screens that the page is shown on, in light and in dark."""
QUESTION = "Which harbour has the most boats, and when does the ferry sail?"
GUIDE = """# The ferry

## When does the ferry sail?

The ferry sails every day at seven in the morning. On Sundays it sails at nine.
"""
BOATS = "harbour,boats\nNorth,30\nEast Quay,21\nSouth,12\nWest,8\n"
ANSWER = """**North** has the most boats: 30, nine more than East Quay.

The ferry sails every day at seven in the morning [1]. On Sundays it sails at nine [1]."""
TURNS: list[list[dict[str, Any]]] = [
    [
        {"reasoning": "Boats are in a table, the ferry's times in the guide."},
        {"tool_call": {"name": "query_table", "args": {"sql": "SELECT harbour, boats FROM harbours ORDER BY 2 DESC"}}},
        {"tool_call": {"name": "search_documents", "args": {"query": "when does the ferry sail"}}},
    ],
    [{"words": ANSWER, "delay": 0.02}, {"usage": {"input_tokens": 1204, "output_tokens": 58}}],
]


def settings(home: Path) -> Settings:
    docs = home / "papers"
    docs.mkdir()
    (docs / "ferry.md").write_text(GUIDE, encoding="utf-8")
    (docs / "harbours.csv").write_text(BOATS, encoding="utf-8")
    script = home / "script.json"
    script.write_text(json.dumps(TURNS), encoding="utf-8")
    return Settings(home=home / "home", docs=[docs], model=f"scripted:{script}")


def photograph(url: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1120, "height": 760})
        page.goto(url)
        run = asked(page, QUESTION)
        run.locator(".sources").wait_for()
        page.evaluate("() => document.activeElement.blur()")
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURE)
        everywhere(browser, page.url)
        browser.close()


def everywhere(browser: Any, thread: str) -> None:
    """The same thread on every screen: `page-1440-light.jpg` and so on, kept small."""
    for width, height in WIDTHS.items():
        for scheme in ("light", "dark"):
            screen = {"width": width, "height": height}
            page = browser.new_page(viewport=screen, color_scheme=scheme, reduced_motion="reduce")
            page.goto(thread)
            page.locator(".sources").wait_for()
            page.evaluate("() => document.activeElement.blur()")
            page.wait_for_timeout(500)
            page.screenshot(path=IMAGES / f"page-{width}-{scheme}.jpg", type="jpeg", quality=60)
            page.close()


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit("There is no Chromium: apt-get install chromium-headless-shell")
    PICTURE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        chosen = settings(Path(home))
        with served(lambda: Session(chosen)) as server:
            photograph(server.url)
