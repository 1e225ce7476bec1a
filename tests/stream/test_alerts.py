import logging

import pytest

from mainstem.stream.alerts import log_alert
from mainstem.stream.events import Notice

STALL = Notice(kind="stall", text="Nothing came for a while.")


def test_where_nobody_has_set_up_logging_nothing_is_written(monkeypatch, capsys):
    monkeypatch.setattr(logging.root, "handlers", [])
    log_alert(STALL)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("notice", "lines"), [(STALL, ["stall: Nothing came for a while."]), (Notice(kind="masked"), [])]
)
def test_an_alert_is_a_line_of_the_log(notice, lines, caplog):
    log_alert(notice)
    assert caplog.messages == lines
