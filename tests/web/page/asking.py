"""What a person does on the page, for the tests."""

from typing import Any


def ask(page: Any, question: str) -> None:
    page.fill("#words", question)
    page.press("#words", "Enter")


def ended(page: Any, runs: int = 1) -> Any:
    """Wait until so many runs have ended; the last one."""
    last = page.locator(".run[data-status]").nth(runs - 1)
    last.wait_for()
    page.wait_for_function("() => !document.body.hasAttribute('data-busy')")
    return last


def asked(page: Any, question: str) -> Any:
    """Ask, wait for the end, and return the run."""
    before = page.locator(".run").count()
    ask(page, question)
    return ended(page, before + 1)


def look(page: Any) -> None:
    """Let it look what is new, as when somebody comes back to it: by itself it does so every few seconds."""
    page.evaluate("() => dispatchEvent(new Event('focus'))")


def new_thread(page: Any) -> None:
    """Leave the thread, and wait until the page has: its address changes first."""
    page.locator("#new").click()
    page.wait_for_function("() => document.querySelectorAll('.turn').length === 0")
