"""A very long answer: one paint a frame, nothing made twice. Times are printed, never asserted."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from .asking import ask, ended

PARAGRAPH = "The **river** takes in `water` from every side and *carries* all of it to the sea, as it has always done. "


def shapes(size: int) -> dict[str, str]:
    """Answers as long as so many paragraphs."""
    code = "\n".join(f"line({number}) = river.flow(number, water)" for number in range(size * 4))
    return {
        "paragraphs": "\n\n".join(PARAGRAPH for _ in range(size)),
        "one paragraph": PARAGRAPH * size,
        "one list": "\n".join(f"- item {number}: {PARAGRAPH}" for number in range(size * 87 // 100)),
        "code": f"```\n{code}\n```",
    }


SHAPES = shapes(250)
"""Each of several parts, and of more pieces than frames show at once."""

WATCH = """() => {
  window.seen = {frames: 0, asked: 0, made: 0, beside: 0, long: []};
  const {requestAnimationFrame: real} = window;
  window.requestAnimationFrame = (draw) => { seen.asked += 1; return real(draw); };
  const frame = () => { seen.frames += 1; real(frame); };
  real(frame);
  const known = new WeakSet();  // what is moved is not made
  const fresh = (node) => !known.has(node) && known.add(node);
  const size = (node) => node.nodeType === 1 ? [node, ...node.querySelectorAll("*")].filter(fresh).length : 0;
  const count = (changes) => {
    for (const {target, addedNodes} of changes) {
      const where = target.closest(".speech") ? "made" : "beside";
      for (const node of addedNodes) seen[where] += size(node);
    }
  };
  new MutationObserver(count).observe(document.querySelector("#turns"), {childList: true, subtree: true});
  const late = (list) => seen.long.push(...list.getEntries().map((entry) => entry.duration));
  new PerformanceObserver(late).observe({type: "longtask"});
}"""


SEEN = """() => ({
  ...seen,
  here: document.querySelectorAll("#turns .speech *").length,
  chars: document.querySelector(".speech").textContent.length,
})"""


def bursts(text: str) -> Iterator[dict[str, Any]]:
    """The text word by word, a hundred words every 30 ms: some 3,000 tokens a second."""
    words = text.split(" ")
    for start in range(0, len(words), 100):
        yield {"words": " ".join(words[start : start + 100]) + " "}
        yield {"sleep": 0.03}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_answer_stays_smooth(visit, serve, scripted, shape):
    text = SHAPES[shape]
    page = visit(serve(scripted(list(bursts(text)))).url)
    page.evaluate(WATCH)
    page.set_default_timeout(90_000)
    ask(page, "At length")
    run = ended(page)
    tokens = len(text.split(" "))
    seen = page.evaluate(SEEN)
    seconds = run.locator(".numbers div", has_text="time").inner_text()
    long = [round(ms) for ms in seen["long"]]
    told = f"{len(long)} long tasks, {sum(long)} ms in all, longest {max(long, default=0)} ms"
    print(f"{shape}: {tokens} words, {seconds!r}, {seen['asked']} paints in {seen['frames']} frames; {told}")
    print(
        f"{seen['made']} elements made in the answer, {seen['beside']} beside it, for {seen['here']} that stand there"
    )
    assert seen["chars"] > 0.9 * len(text.replace("*", "").replace("`", ""))
    assert seen["asked"] <= seen["frames"] + 5
    assert seen["made"] <= 1.05 * seen["here"] + 20  # however many paints the machine had time for


PARTS = """() => Array.from(document.querySelectorAll(".speech > .part"), (part) => part.childElementCount)"""
LINES = (
    """() => Array.from(document.querySelectorAll(".lines"), (lines) => lines.textContent.split("\\n").length - 1)"""
)


def test_what_is_not_seen_is_passed_over_in_large_parts(visit, serve, scripted):
    """What a frame costs goes with the parts and the blocks of the last one, and not with the blocks of the answer."""
    text = "\n\n".join(PARAGRAPH for _ in range(200)) + "\n\n" + SHAPES["code"]
    page = visit(serve(scripted([{"words": text[:-3]}, {"words": text[-3:]}])).url)
    ask(page, "At length")
    ended(page)
    parts, lines = page.evaluate(PARTS), page.evaluate(LINES)
    assert sum(parts) == 201
    assert max(parts) <= 26
    assert sum(lines) == 999
    assert max(lines) == 64
    assert page.evaluate("() => getComputedStyle(document.querySelector('.part')).contentVisibility") == "auto"
    assert page.evaluate("() => getComputedStyle(document.querySelector('.lines')).contentVisibility") == "auto"


FRAMES = """({RunView}, {text, isReplayed}) => {
  const {requestAnimationFrame: real} = window;
  const asked = [];
  window.requestAnimationFrame = (draw) => asked.push(draw);
  const view = new RunView();
  const events = [
    {type: "message.started", message_id: "m", answer: true, attempt: 1},
    {type: "message.delta", message_id: "m", text, n: 1, first_at: 0, last_at: 0},
    {type: "message.finished", message_id: "m", complete: true},
    {type: "run.finished", status: "done", seconds: 1},
  ];
  for (const [index, event] of events.entries()) view.add({seq: index + 1, at: 0, run_id: "r", ...event});
  const look = () => [view.words.textContent.length, view.element.dataset.status ?? null];
  const shown = [];
  if (isReplayed) view.paint();
  for (let frame = 0; frame < 100 && asked.length; frame += 1) {
    for (const draw of asked.splice(0)) draw(0);
    shown.push(look());
  }
  window.requestAnimationFrame = real;
  view.close();
  return shown;
}"""


def test_a_frame_shows_five_hundred_characters_at_most(module):
    """Of all that came while the page was held up; the run is over on the page when all of it is shown."""
    text = "river" * 1000
    frames = module(FRAMES, "run_view.js", {"text": text, "isReplayed": False})
    lengths = [0, *(length for length, _ in frames)]
    steps = [after - before for before, after in pairwise(lengths)]
    assert max(steps) <= 500
    assert lengths[-1] == len(text)
    assert [status for _, status in frames if status] == ["done"] * frames.count([len(text), "done"])
    assert len([step for step in steps if step]) == 10


def test_a_page_that_is_far_behind_catches_up(module):
    text = "river" * 40_000
    frames = module(FRAMES, "run_view.js", {"text": text, "isReplayed": False})
    shown = [0, *(length for length, _ in frames)]
    steps = [after - before for before, after in pairwise(shown)]
    assert max(steps) <= len(text) / 12
    assert shown.index(len(text)) < 60


def test_what_takes_the_place_of_other_words_is_whole_at_once(module):
    text = "river" * 1500
    assert module(FRAMES, "run_view.js", {"text": text, "isReplayed": True})[0] == [len(text), "done"]
