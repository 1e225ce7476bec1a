"""The bundled agent: what is masked stands in no event, no journal, no thread and no log."""

import json
import logging
from pathlib import Path

import pytest

from mainstem import Session, Settings, laws
from mainstem.events import Notice
from mainstem.models import NotReadyError
from mainstem.models.guard import Masker, MaskingFilter, mask_logs, mask_of
from mainstem.models.guard.configured import settings_mask

KEY = "sk-abcDEF1234567890abcdef12"
EMAIL = "ada@example.company"
SECRETS = [KEY, KEY[:12], EMAIL]
SCRIPT = [
    {
        "steps": [
            {"words": f"I look for {KEY}. "},
            {"tool_call": {"name": "search_documents", "args": {"query": f"harbour {KEY}"}, "id": "c1"}},
        ]
    },
    {"steps": [{"words": f"The harbour master is {EMAIL}, by the key {KEY}."}]},
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "harbour.md").write_text(f"# Harbour\n\nThe harbour master has the key {KEY}, says {EMAIL}.\n")
    (tmp_path / "script.json").write_text(json.dumps(SCRIPT))
    return Settings(
        home=tmp_path / "home",
        docs=[tmp_path / "docs"],
        model=f"scripted:{tmp_path / 'script.json'}",
        mask="secrets, email",
        _env_file=None,
    )


def kept(home: Path) -> str:
    """All bytes of the home but those of the index, which holds the user's documents as they are."""
    files = [
        file for file in home.rglob("*") if file.is_file() and "index" not in file.name and "know" not in str(file)
    ]
    return "".join(file.read_bytes().decode("latin-1") for file in files)


async def test_what_is_asked_found_said_called_and_returned_is_masked(settings):
    async with Session(settings) as session:
        run = session.ask(f"Who is the harbour master? My key is {KEY}, I am {EMAIL}.", thread="t")
        events = [event async for event in run.events()]
        replay = [line async for line in session.lines(run.run_id)]
        state = await session.state("t")
    report = laws.check(events, messages=state.values["messages"], replay=replay, secrets=SECRETS)
    assert report.laws[7].verdict == "held", str(report)
    assert not [secret for secret in SECRETS if secret in repr(state.values)]
    assert not [secret for secret in SECRETS if secret in kept(settings.home)]
    assert state.values["messages"][-1].text == "The harbour master is [EMAIL_1], by the key [API_KEY_1]."
    told = {event.rule: event.count for event in events if isinstance(event, Notice) and event.kind == "masked"}
    assert set(told) == {"api_key", "email"}
    assert len([event for event in events if isinstance(event, Notice) and event.kind == "masked"]) == 2


async def test_with_off_nothing_is_masked(settings):
    async with Session(settings.model_copy(update={"mask": "off"})) as session:
        result = await session.ask("Who is the harbour master?").result()
    assert KEY in result.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mask": "emails"}, "There is nothing called 'emails' to mask. There are: secrets, email"),
        ({"mask": "off,email"}, "off cannot be combined"),
        ({"mask_patterns": {"ticket": "T-("}}, "The pattern 'ticket' is none of Python's"),
        ({"mask_patterns": {"ticket": "^T-1"}}, "has \\^: leave it out"),
        ({"mask_patterns": {"ticket": "T*"}}, "finds an empty text"),
        ({"mask_patterns": {"my ticket": "T-1"}}, "'my ticket' cannot name"),
        ({"mask_words": {"customer": [" "]}}, "The list 'customer' has no words"),
    ],
)
def test_settings_that_cannot_be_followed_are_told_in_one_line(given, said):
    with pytest.raises(NotReadyError, match=said) as raised:
        settings_mask(Settings(_env_file=None, **given))
    assert "\n" not in str(raised.value)


def test_patterns_and_words_of_ones_own():
    mask = settings_mask(
        Settings(_env_file=None, mask="off", mask_patterns={"ticket": r"\bT-\d+\b"}, mask_words={"Customer": ["Acme"]})
    )
    assert (
        Masker(mask).finish("acme asks for T-12, AcmeX for T-1x.")
        == "[CUSTOMER_1] asks for [TICKET_1], AcmeX for T-1x."
    )


def test_logs_are_masked_with_their_tracebacks():
    log = logging.getLogger("mainstem.journal")
    heard = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(logging.Formatter("%(message)s").format(record))
    log.addHandler(handler)
    try:
        mask_logs(mask_of())
        try:
            raise ValueError(f"no {KEY}")
        except ValueError:
            log.exception("It is %s.", KEY)
        assert len([each for each in log.filters if isinstance(each, MaskingFilter)]) == 1
    finally:
        mask_logs(None)
        log.removeHandler(handler)
    assert heard[0].startswith("It is [API_KEY_1].")
    assert "ValueError: no [API_KEY_1]" in heard[0]
    assert not log.filters
