"""Documents: what is there, uploading with progress, what cannot be read, and removing."""

import pytest

from mainstem import Settings


@pytest.fixture
def page(visit, serve, tmp_path):
    page = visit(serve(Settings(home=tmp_path / "home", docs=[], model="extractive")).url)
    page.get_by_role("button", name="Documents").click()
    page.locator("#sheet").wait_for()
    return page


def test_a_document_is_uploaded_asked_and_removed(page):
    file = {"name": "boats.md", "mimeType": "text/markdown", "buffer": b"# Boats\n\nThe blue boat is called Heron."}
    table = {"name": "fleet.csv", "mimeType": "text/csv", "buffer": b"boat,length\nHeron,9\nTern,7\n"}
    page.set_input_files("#files", [file, table])
    page.locator("[role=status]").get_by_text("Indexed.").wait_for()
    library = page.locator(".shelf")
    library.get_by_text("boats.md").wait_for()
    assert "2 rows" in library.inner_text()
    page.keyboard.press("Escape")
    page.fill("#words", "What is the blue boat called?")
    page.press("#words", "Enter")
    page.locator("button.mark").first.wait_for()
    assert "Heron" in page.locator(".speech").last.inner_text()
    page.get_by_role("button", name="Documents").click()
    button = library.get_by_role("button", name="Remove boats.md")
    button.click()
    assert button.inner_text() == "Really remove?"
    button.click()
    page.locator("[role=status]").get_by_text("boats.md was removed.").wait_for()
    library.get_by_text("boats.md").wait_for(state="detached")


def test_a_file_that_cannot_be_read_is_told(page):
    page.set_input_files("#files", {"name": "x.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"})
    page.locator("#sheet").get_by_text("files of this kind are not read").wait_for()


def test_a_broken_file_is_named(page):
    page.set_input_files("#files", {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"not a pdf"})
    page.locator("#sheet").get_by_text("broken.pdf:").wait_for()


def test_what_is_not_read_is_named_and_counted(page):
    unread = [{"suffix": ".png", "files": 12}, {"suffix": ".exe", "files": 1}]
    skipped = [{"document": "a.pdf", "reason": "a broken PDF"}]
    user = {"name": "user", "documents": [], "tables": [], "skipped": skipped, "unread": unread}
    page.route("**/documents", lambda route: route.fulfill(json={"collections": [user]}))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Documents").click()
    shelf = page.locator(".shelf")
    shelf.get_by_text("Not read: a.pdf (a broken PDF).").wait_for()
    shelf.get_by_text("Not read, for their kind: 12 .png, 1 .exe.").wait_for()
