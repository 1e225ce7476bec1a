"""The page for everybody: by keys alone, on a phone, in the dark, with a screen reader."""

import pytest

from .asking import ask, asked, ended

TURNS = (
    [{"tool_call": {"name": "save_note", "args": {"title": "Port", "text": "8080"}}}],
    [{"words": "The note is saved. All is well.", "delay": 0.02}],
)


@pytest.fixture
def url(serve, scripted):
    return serve(scripted(*TURNS, repeat=True)).url


FOCUSED = """() => {
  const {activeElement: element} = document;
  return element === document.body ? "" : element.ariaLabel || element.innerText || "";
}"""


def tab_to(page, name):
    """Press Tab until the focus is on what is called `name`."""
    for _ in range(40):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if name in found:
            return
    raise AssertionError(f"Tab does not reach {name!r}")


def test_by_keys_alone(visit, url):
    page = visit(url)
    page.keyboard.type("Save a note")
    page.keyboard.press("Enter")
    page.locator(".question-box").wait_for()
    ended(page)
    page.locator("body").evaluate("() => document.activeElement.blur()")
    tab_to(page, "Skip to the question")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "words"
    page.keyboard.press("Escape")
    page.locator(".question-box h3").focus()
    tab_to(page, "Approve")
    page.keyboard.press("Enter")
    ended(page, 2)
    page.locator("#new").focus()
    tab_to(page, "Documents")
    page.keyboard.press("Enter")
    assert page.locator("#sheet").is_visible()
    assert page.evaluate("() => document.querySelector('#sheet').contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert not page.locator("#sheet").is_visible()
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.id") == "words"
    assert page.input_value("#words") == ""


OUTLINE = """() => {
  const {outlineStyle, outlineWidth} = getComputedStyle(document.activeElement);
  return [outlineStyle, outlineWidth];
}"""


def test_what_has_the_focus_can_be_seen(visit, url):
    page = visit(url)
    tab_to(page, "New thread")
    style = page.evaluate(OUTLINE)
    assert style == ["solid", "2px"]


PHONE = {"viewport": {"width": 360, "height": 700}, "has_touch": True, "is_mobile": True}


def test_on_a_phone(visit, url):
    page = visit(url, **PHONE)
    asked(page, "Save a note with a rather long question that has to be broken into lines on this screen")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert not page.locator("#side").is_visible()
    page.get_by_role("button", name="Threads").tap()
    page.locator("#threads a").wait_for()
    assert page.locator("#threads a").is_visible()
    page.keyboard.press("Escape")
    page.locator("#side").wait_for(state="hidden")
    page.get_by_role("button", name="Approve").tap()
    assert ended(page, 2).locator(".speech").inner_text() == "The note is saved. All is well."
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


CONTRAST = """() => {
  const light = (color) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = color.match(/[\\d.]+/g).map((v) => linear(Number(v) / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (!backgroundColor.endsWith(", 0)")) return backgroundColor;
    }
  };
  const told = [];
  for (const element of document.querySelectorAll("p, span, dt, dd, button, h1, h2, h3, code, q, a, li")) {
    if (!element.innerText?.trim() || !element.checkVisibility() || element.disabled) continue;
    const [one, other] = [light(getComputedStyle(element).color), light(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) told.push([element.className || element.id || element.tagName, contrast]);
  }
  return told;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_in_the_light_and_in_the_dark(visit, url, scheme):
    page = visit(url, color_scheme=scheme)
    asked(page, "Save a note")
    page.get_by_role("button", name="Approve").click()
    run = ended(page, 2)
    run.locator(".work > summary").click()
    dark = page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(17, 22, 21)"
    assert dark == (scheme == "dark")
    assert page.evaluate(CONTRAST) == []


def test_a_screen_reader_hears_what_happens_and_not_every_token(visit, serve, scripted):
    words = "One sentence is here. Then comes another one. " * 6
    page = visit(serve(scripted([{"words": words, "delay": 0.01}])).url)
    page.evaluate("""() => {
      window.heard = [];
      const note = () => window.heard.push(document.querySelector("#live").textContent);
      new MutationObserver(note).observe(document.querySelector("#live"), {childList: true, characterData: true});
    }""")
    ask(page, "Talk")
    ended(page)
    page.wait_for_function("() => window.heard.join(' ').includes('The answer is complete.')")
    heard = page.evaluate("() => window.heard")
    assert len(heard) <= 8
    assert "One sentence is here." in " ".join(heard)


def test_every_control_has_a_name(visit, url):
    page = visit(url)
    asked(page, "Save a note")
    nameless = """() => [...document.querySelectorAll("button, a, input, textarea, summary")]
      .filter((each) => each.checkVisibility())
      .filter((each) => !(each.ariaLabel || each.innerText.trim() || each.labels?.length))
      .map((each) => each.outerHTML.slice(0, 100))"""
    assert page.evaluate(nameless) == []
