"""What is generated from the code is up to date."""

import json
import shutil
from pathlib import Path

import pytest

from mainstem import Settings, events
from tests.docs import reference

from .pages import DOCS, ROOT
from .record import record


def test_the_generated_files_are_up_to_date():
    for path, text in reference.generated(ROOT):
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run: uv run poe docs"


def test_the_check_says_what_is_out_of_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    shutil.copytree(DOCS / "reference", tmp_path / "docs" / "reference")
    (tmp_path / reference.WIRE_TYPES).parent.mkdir(parents=True)
    monkeypatch.setattr(reference, "bundled_agent", lambda: tmp_path)
    assert reference.main(["--check"]) == 1
    assert ".env.example" in capsys.readouterr().out
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    assert (tmp_path / ".env.example").read_bytes() == (ROOT / ".env.example").read_bytes()


def test_every_kind_of_event_has_a_recorded_example():
    lines = (ROOT / "tests" / "docs" / "examples.ndjson").read_bytes().splitlines()
    assert [type(events.decode(line)) for line in lines] == list(events.KINDS)
    assert [events.encode(events.decode(line)) for line in lines] == lines


async def test_the_examples_can_be_recorded_again():
    old = [events.decode(line) for line in (ROOT / "tests" / "docs" / "examples.ndjson").read_bytes().splitlines()]
    new = await record()
    assert [set(json.loads(events.encode(e))) for e in new] == [set(json.loads(events.encode(e))) for e in old]


def test_the_environment_file_holds_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MAINSTEM_HOME")
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = [line.removeprefix("# ") for line in lines if line.startswith("# MAINSTEM_") and not line.endswith("=")]
    (tmp_path / "env").write_text("\n".join(given))
    assert Settings(_env_file=tmp_path / "env") == Settings(_env_file=None)
    assert len([line for line in lines if line.startswith("# MAINSTEM_")]) == len(Settings.model_fields)
