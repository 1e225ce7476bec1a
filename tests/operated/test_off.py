"""Off costs nothing, and wrong settings are told in one line."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from mainstem import Settings, watch
from mainstem.stream.telemetry import outlet

from .graphs import HI, spoken

OFF = """
import asyncio, sys
from mainstem import Session, Settings
from tests.operated.graphs import HI, spoken

async def main():
    async with Session(Settings(), graph=spoken()) as session:
        async for event in session.start(HI):
            pass
    from mainstem import watch
    await watch(spoken(), HI).result()
    print([name for name in sys.modules if name.startswith(("mainstem.stream.telemetry", "opentelemetry.exporter"))])

asyncio.run(main())
"""


@pytest.mark.real
def test_off_is_not_even_imported():
    done = subprocess.run([sys.executable, "-c", OFF], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("value", ["", "off", "OFF"])
async def test_what_means_off(value, monkeypatch):
    monkeypatch.setenv("MAINSTEM_TELEMETRY", value)
    await watch(spoken(), HI).result()
    assert outlet.present() is None


def test_what_telemetry_is_unknown_is_said():
    with pytest.raises(ValidationError, match="jaeger is not known: write otlp, prometheus"):
        Settings(telemetry="otlp,jaeger")
