"""Graphs that know nothing of Mainstem."""

from mainstem import Settings

from .asking import ask, asked
from .graphs import orders


def test_a_graph_without_messages_takes_json_and_shows_what_it_wrote(visit, serve, tmp_path):
    page = visit(serve(Settings(home=tmp_path / "home"), orders).url)
    page.get_by_label("input, as JSON").wait_for()
    ask(page, '{"items": 2')
    assert "not valid JSON" in page.locator("#trouble").inner_text()
    run = asked(page, '{"items": 2, "price": 10}')
    assert run.locator(".row.step .name").all_inner_texts() == ["add tax"]
    run.locator(".row.step summary").click()
    assert run.locator(".row.step .inside code").inner_text() == "add_tax"
    run.locator(".row.data summary").first.click()
    run.locator(".pieces summary").click()
    run.locator(".pieces pre").get_by_text('"stage": "taxed"').wait_for()
    assert page.locator("img[src=x]").count() == 0
    page.locator(".state summary").click()
    page.locator(".state pre").get_by_text('"price": 24').wait_for()
    assert page.locator("#shelf").is_hidden()
