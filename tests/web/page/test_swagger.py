"""`/docs` in a browser: the script that draws it, and no other."""

import pytest

from mainstem.web.swagger import SCRIPTS

DRAWING = """
window.SwaggerUIBundle = (options) => {
  fetch(options.url).then((answer) => answer.json()).then(({ info }) => {
    const title = Object.assign(document.createElement("h1"), { textContent: info.title });
    document.querySelector(options.dom_id).append(title);
  });
};
window.SwaggerUIBundle.presets = { apis: [] };
"""
"""In Swagger UI's place: tests ask nothing of other machines."""


@pytest.fixture
def docs(browser, serve, extractive):
    context = browser.new_context()
    page = context.new_page()
    page.route(f"{SCRIPTS}**", lambda route: route.fulfill(body=DRAWING, content_type="text/javascript"))
    page.goto(f"{serve(extractive).url}docs")
    page.locator("h1").wait_for()
    yield page
    context.close()


def test_it_is_drawn_from_the_description_beside_it(docs):
    assert docs.locator("h1").inner_text() == "Mainstem"


def test_no_other_script_runs_and_nothing_is_sent_elsewhere(docs):
    refused = docs.evaluate(
        """async (elsewhere) => {
          const refused = [];
          document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
          document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = 1" }));
          document.body.append(Object.assign(document.createElement("script"), { src: `${elsewhere}other.js` }));
          await fetch("https://elsewhere.invalid/").catch(() => {});
          await new Promise((resolve) => setTimeout(resolve, 0));
          return [window.ran, ...refused.sort()];
        }""",
        SCRIPTS,
    )
    assert refused == [None, "connect-src", "script-src-elem", "script-src-elem"]


def test_it_stands_in_no_frame(docs):
    answer = docs.request.get(docs.url)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
