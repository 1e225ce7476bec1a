"""A receiver that this process sends to, and an outlet that no other test has used."""

import os

import pytest

from mainstem.stream.telemetry import outlet

from .receiver import OtlpReceiver, Received


@pytest.fixture(autouse=True)
def _fresh_outlet(monkeypatch):
    for name in list(os.environ):
        if name.startswith("OTEL_"):
            monkeypatch.delenv(name)
    outlet.forget()
    yield
    outlet.forget()


@pytest.fixture
def receiver(monkeypatch, _fresh_outlet):
    """What is sent by OTLP arrives here."""
    with OtlpReceiver() as listening:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", listening.address)
        yield listening
        outlet.forget()


@pytest.fixture
def sent(receiver):
    """Sends what there is, and returns all that has arrived."""

    def all_of_it() -> Received:
        found = outlet.present()
        assert found is not None, "nothing was traced"
        assert found.flush(60), "the receiver did not get all of it"
        return receiver.received

    return all_of_it
