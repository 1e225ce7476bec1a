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


HEAR = """() => {
  window.heard = [];
  const hear = () => window.heard.push(document.querySelector("#sheet [role=status]").textContent);
  const all = {childList: true, subtree: true, characterData: true};
  new MutationObserver(hear).observe(document.querySelector("#sheet"), all);
}"""


def file_of(name, size, kind="text/markdown"):
    return {"name": name, "mimeType": kind, "buffer": b"Boats. " * (size // 7)}


def outcomes(page):
    page.locator(".outcomes li").first.wait_for()
    return page.locator(".outcomes li").all_inner_texts()


def test_how_much_of_a_file_was_sent_is_told_in_bytes(page):
    page.evaluate(HEAR)
    page.set_input_files("#files", [file_of("large.md", 700_000)])
    assert outcomes(page) == ["large.md\nIndexed"]
    heard = page.evaluate("() => window.heard")
    assert any(text.startswith("Sending large.md · ") and text.rstrip().endswith("of 0.7 MB") for text in heard)


def test_what_became_of_each_file_is_told(page):
    """Each refused file says why by itself, also where the server refuses all that were sent at once."""
    wrong = [{"name": name, "mimeType": "image/png", "buffer": b"MZ"} for name in ("x.exe", "y.png")]
    page.set_input_files("#files", wrong)
    first, second = outcomes(page)
    assert "Not read: x.exe: files of this kind are not read" in first
    assert "Not read: y.png: files of this kind are not read" in second
    page.locator("#sheet").get_by_text("Nothing was added.").wait_for()
    page.set_input_files("#files", [file_of("boats.md", 700), wrong[0]])
    page.locator("#sheet").get_by_text("Indexed, but for 1 file.").wait_for()
    first, second = outcomes(page)
    assert first == "boats.md\nIndexed"
    assert "files of this kind are not read" in second


def test_a_file_that_is_too_large_is_not_sent(visit, serve, tmp_path):
    settings = Settings(home=tmp_path / "home", docs=[], model="extractive", max_file_mb=0.1, serve_upload_mb=0.15)
    page = visit(serve(settings).url)
    page.get_by_role("button", name="Documents").click()
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.set_input_files("#files", [file_of("huge.md", 200_000)])
    assert outcomes(page) == ["huge.md\nNot read: It is larger than 0.1 MB: it was not sent."]
    assert sent == []
    page.set_input_files("#files", [file_of(f"{name}.md", 90_000) for name in "abc"])
    page.locator("#sheet").get_by_text("Indexed.", exact=True).wait_for()
    assert outcomes(page) == ["a.md\nIndexed", "b.md\nIndexed", "c.md\nIndexed"]
    assert len(sent) == 3  # together they are more than the server takes at once


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
