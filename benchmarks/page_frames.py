"""What a frame of the page costs while a very long answer comes: the main thread's time, from Chromium's trace.

    uv run python -m benchmarks.page_frames                 # seven shapes of 89,000 characters, three rounds
    uv run python -m benchmarks.page_frames "one list" --rounds 1

A frame is told as it would be on a processor a quarter as fast: four times its time, which is more than that would
take, for what waits is not processor time. Other work on the machine makes the figures worse.
"""

import argparse
import json
import statistics
import sys
import tempfile
from bisect import bisect_right
from pathlib import Path
from typing import Any

from mainstem import Session, Settings
from tests.web.page.chromium import CHROMIUM
from tests.web.page.serving import served
from tests.web.page.test_smooth import PARAGRAPH, bursts, shapes

CHARS = 89_000
SLOWER = 4
TRACED = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "blink"]
SECTION = f"""## A section

{PARAGRAPH * 3}

- one item with `code` and **words**
- another that is *longer* than the first one was

| harbour | boats | sails |
|---|---|---|
| North | 30 | at seven |

```python
def sail(boat, hour):  # every day
    return boat.leave(hour, "at seven")
```

The area is \\(a_n = \\pi r^2\\) and [a link](https://example.org/x).

"""
ROWS = "\n".join(f"| item {number} | some words of a **cell** | and `code` {number} |" for number in range(2000))
SHOWN = {
    **shapes(1000),
    "mixed": SECTION * 160,
    "one quotation": "\n".join(f"> {PARAGRAPH}" for _ in range(900)),
    "one table": f"| item | words | code |\n|---|---|---|\n{ROWS}",
}
WATCH = """() => void (window.over = new Promise((over) => {
  const look = setInterval(() => {
    if (!document.querySelector(".run[data-status]")) return;
    clearInterval(look);
    setTimeout(over, 1500);  // code is coloured and maths is set by then
  }, 300);
}))"""


def traced(page: Any) -> list[dict[str, Any]]:
    """Chromium's trace of an answer, from the question to a while after its end."""
    cdp = page.context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    over: list[dict[str, Any]] = []

    def collect(told: dict[str, Any]) -> None:
        events.extend(told["value"])

    def end(told: dict[str, Any]) -> None:
        over.append(told)

    cdp.on("Tracing.dataCollected", collect)
    cdp.on("Tracing.tracingComplete", end)
    config = {"recordMode": "recordAsMuchAsPossible", "includedCategories": TRACED}
    page.fill("#words", "At length")
    page.evaluate(WATCH)  # before: what the driver puts into a page is none of the page's work
    cdp.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    page.keyboard.press("Enter")
    page.evaluate("() => over")
    cdp.send("Tracing.end")
    while not over:
        page.wait_for_timeout(100)
    return events


def frames(events: list[dict[str, Any]]) -> list[float]:
    """Milliseconds of the page's main thread by frame: those of all tasks that end before the next one begins."""
    threads: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for event in events:
        threads.setdefault((event["pid"], event["tid"]), []).append(event)
    named = [
        key
        for key, mine in threads.items()
        if any(each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain" for each in mine)
    ]
    mine = max((threads[key] for key in named), key=len)
    begun = sorted(each["ts"] for each in mine if each["name"] == "WebFrameWidgetImpl::BeginMainFrame")
    spent = [0.0] * (len(begun) + 1)
    for each in mine:
        if each["name"] == "RunTask" and each["ph"] == "X":
            spent[bisect_right(begun, each["ts"] + each["dur"])] += each.get("tdur", 0) / 1000
    return spent[1:]


def measured(browser: Any, text: str) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "script.json").write_text(json.dumps([list(bursts(text))]))
        settings = Settings(home=home / "home", docs=[], model=f"scripted:{home / 'script.json'}")
        with served(lambda: Session(settings)) as server:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(300_000)
            page.goto(server.url)
            found = frames(traced(page))
            page.close()
    return sorted(SLOWER * spent for spent in found)


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="*", choices=[*SHOWN, []], help=f"of {', '.join(SHOWN)}; default: all")
    parser.add_argument("--rounds", type=int, default=3, help="medians are of so many")
    given = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("There is no Chromium: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for shape in given.shapes or SHOWN:
            rounds = [measured(browser, SHOWN[shape][:CHARS]) for _ in range(given.rounds)]
            p50, p95, p99 = (
                statistics.median(found[int(share * len(found))] for found in rounds) for share in (0.5, 0.95, 0.99)
            )
            told = ", ".join(f"{found[int(0.99 * len(found))]:.0f}" for found in rounds)
            print(
                f"{shape}: p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms a frame (each round's p99: {told})",
                flush=True,
            )


if __name__ == "__main__":
    main()
