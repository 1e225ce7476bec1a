"""One page of one browser for one test after the other: most of what a test costs is to load the page anew."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

SECONDS = 30_000
"""Milliseconds that a step in the browser may take on a busy machine."""

LOOKS: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 720},
    "color_scheme": "light",
    "reduced_motion": "no-preference",
}
"""What a visit may choose of the shared page, and what it gets else; any other option needs a context of its own."""

FORGET = "() => { localStorage.clear(); sessionStorage.clear(); }"


class SharedPage:
    """Visited by each test once; what the test left on it is forgotten before the next."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._page: Any = None
        self._heard: Callable[[Any], None] | None = None

    def visit(self, url: str, wrong: list[str], **looks: Any) -> Any:
        """The page at `url`; what goes wrong on it is added to `wrong`."""
        page = self._page = self._page or self._browser.new_context().new_page()
        chosen = LOOKS | looks
        page.set_viewport_size(chosen.pop("viewport"))
        page.emulate_media(media="screen", **chosen)
        page.goto(urljoin(url, "icon.svg"))  # of the same origin, with no script that would keep anything
        page.evaluate(FORGET)
        self._heard = hears(page, wrong)
        page.goto(url)
        return page

    def leave(self) -> None:
        """End what the page does; one that cannot be left is not used again."""
        page, self._page = self._page, None
        with suppress(Exception):
            page.remove_listener("pageerror", self._heard)
            page.unroute_all()
            page.goto("about:blank")
            page.mouse.move(0, 0)
            page.context.clear_cookies()
            self._page = page
        if self._page is None:
            page.context.close()


def hears(page: Any, wrong: list[str]) -> Callable[[Any], None]:
    """Add to `wrong` what no code of the page caught; the listener."""

    def hear(error: Any) -> None:
        wrong.append(str(error))

    page.set_default_timeout(SECONDS)
    page.on("pageerror", hear)
    return hear
