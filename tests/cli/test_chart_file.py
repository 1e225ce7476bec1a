"""`mainstem ask … --out FILE.svg`."""

from xml.etree import ElementTree

import pytest

from .commands import line, run

pytestmark = [pytest.mark.usefixtures("elsewhere"), pytest.mark.worker]


@pytest.fixture
def asked(library_settings):
    home, (folder,) = library_settings["home"], library_settings["docs"]
    return lambda question, out: run("ask", question, "--docs", folder, "--home", home, "--out", out)


def test_a_chart_is_written(asked, tmp_path):
    result = asked("Draw a chart of boats by harbour", tmp_path / "boats.svg")
    assert result.exit_code == 0, result.output
    assert "Drawn: a bar chart of boats by harbour." in result.stdout
    assert f"a bar chart of boats by harbour: written to {tmp_path / 'boats.svg'}." in result.stderr
    assert ElementTree.parse(tmp_path / "boats.svg").getroot().tag.endswith("svg")


def test_an_answer_without_a_chart_writes_nothing(asked, tmp_path):
    result = asked("When does the ferry sail?", tmp_path / "ferry.svg")
    assert result.exit_code == 1
    assert "has no chart" in result.stderr
    assert not (tmp_path / "ferry.svg").exists()


@pytest.mark.parametrize("name", ["boats.png", "nowhere/boats.svg"])
def test_a_file_that_cannot_hold_it_is_refused_first(asked, tmp_path, name):
    result = asked("Draw a chart of boats by harbour", tmp_path / name)
    assert result.exit_code == 2
    assert line(result).startswith("--out ")
    assert result.stdout == ""


def test_a_folder_in_the_place_of_the_file_is_said(asked, tmp_path):
    (tmp_path / "boats.svg").mkdir()
    result = asked("Draw a chart of boats by harbour", tmp_path / "boats.svg")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
