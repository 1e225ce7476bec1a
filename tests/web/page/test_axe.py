"""axe, which judges whether everybody can use a page, finds nothing on ours."""

import pytest

from tests.web.protocols.node import installed

from .asking import asked
from .test_javascript import JS
from .test_reach import TURNS as ASKING
from .test_run import TURNS

pytestmark = pytest.mark.real

JUDGE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly: tags });
  return violations.map(({ id, nodes }) => [id, ...nodes.map((node) => `${node.html} ${node.failureSummary}`)]);
}"""

STILL = {"reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def source():
    return (installed(JS).parent / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def judged(source):
    def judge(page):
        page.evaluate(f"() => {{ {source} }}")
        return page.evaluate(JUDGE)

    return judge


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_thread(visit, serve, scripted, judged, scheme, width):
    page = visit(serve(scripted(*TURNS)).url, **STILL, color_scheme=scheme, viewport={"width": width, "height": 900})
    assert judged(page) == []  # the first screen
    run = asked(page, "Which harbour has most boats?")
    assert judged(page) == []
    run.locator(".work > summary").click()
    run.locator(".row.call summary").first.click()
    page.get_by_role("button", name="Edit question").click()
    assert judged(page) == []


def test_a_thread_with_branches(visit, serve, scripted, judged):
    page = visit(serve(scripted([{"words": "First."}], [{"words": "Second."}])).url, **STILL)
    asked(page, "One?")
    page.get_by_role("button", name="Regenerate").click()
    page.locator(".branches").get_by_text("2/2").wait_for()
    assert judged(page) == []


def test_a_decision_and_the_dialogs(visit, serve, scripted, judged):
    page = visit(serve(scripted(*ASKING)).url, **STILL)
    asked(page, "Save a note")
    page.get_by_role("button", name="Edit", exact=True).click()
    assert judged(page) == []
    for opener in ("#shelf", "#thread"):
        page.locator(opener).click()
        page.locator("#sheet[open]").wait_for()
        assert judged(page) == []
        page.keyboard.press("Escape")


def test_a_page_that_fails_is_found(visit, serve, scripted, judged):
    page = visit(serve(scripted(*TURNS)).url)
    page.evaluate("() => document.querySelector('#search').removeAttribute('aria-label')")
    page.evaluate("() => document.querySelector('#search').removeAttribute('placeholder')")
    assert [each[0] for each in judged(page)] == ["label"]
