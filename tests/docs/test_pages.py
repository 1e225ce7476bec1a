"""The pages hold together: their links lead somewhere, and their samples run."""

import ast
import os
from pathlib import Path

import pytest

from .. import forked
from .pages import DOCS, MANUAL, PAGES, ROOT, anchors, links, samples

TUTORIAL = DOCS / "tutorial" / "your-graph-in-a-browser.md"
SAMPLED = [page for page in PAGES if samples(page, "python")]


def name(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path):
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.real
@pytest.mark.parametrize("page", SAMPLED, ids=name)
def test_the_samples_of_a_page_run_one_after_the_other(page: Path, tmp_path: Path):
    script = tmp_path / "samples.py"
    script.write_text("\n\n".join(samples(page, "python")), encoding="utf-8")
    (tmp_path / "parcels.py").write_text(samples(TUTORIAL, "python")[0], encoding="utf-8")
    environment = {**os.environ, "MAINSTEM_HOME": str(tmp_path / "home")}
    ran = forked.run(script, cwd=tmp_path, env=environment, timeout=120)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("page", SAMPLED, ids=name)
def test_a_sample_imports_what_it_uses_at_its_head(page: Path):
    for code in samples(page, "python"):
        kinds = [isinstance(statement, ast.Import | ast.ImportFrom) for statement in ast.parse(code).body]
        assert kinds == sorted(kinds, reverse=True)


def test_the_readme_shows_the_two_commands():
    assert samples(ROOT / "README.md", "bash")[:2] == [
        'pip install -q uv && uv run mainstem ask "How do I resume a dropped stream?"\n',
        "uv run pytest\n",
    ]


def test_the_index_leads_to_every_page():
    """In one step, or in two by way of a page that lists its own (the decisions)."""
    first = reached(DOCS / "index.md")
    second = {page for each in first for page in reached(each)}
    assert set(MANUAL) <= first | second | {DOCS / "index.md"}
    assert DOCS / "index.md" in reached(ROOT / "README.md")


def reached(page: Path) -> set[Path]:
    return {(page.parent / link.partition("#")[0]).resolve() for link in links(page) if ".md" in link}
