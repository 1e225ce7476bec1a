"""The recipes for backends: what the page says to set leads to the path, headers and protocol that each documents.

Nothing is sent to any of them: a receiver stands in the place of their host, and takes what they would be sent.
"""

import asyncio
import re
from urllib.parse import urlsplit

import pytest

from mainstem import watch
from tests.docs.pages import DOCS

from .graphs import HI, spoken

ROW = re.compile(r"^\| (\w[\w&/ ]*?) (?:\(\*untested\*\)|\(\*tried[^)]*\)) \| `([^`]+)` \| (.*) \|$", re.MULTILINE)
ROWS = ROW.findall((DOCS / "how-to" / "observability.md").read_text(encoding="utf-8"))
EXPECTED = {
    "LangSmith": ("/otel/v1/traces", {"x-api-key": "k", "langsmith-project": "my-agent"}),
    "Langfuse": (
        "/api/public/otel/v1/traces",
        {"authorization": "Basic k", "x-langfuse-ingestion-version": "4"},
    ),
    "Phoenix": ("/v1/traces", {"authorization": "Bearer k"}),
    "W&B Weave": ("/otel/v1/traces", {"wandb-api-key": "k"}),
}
"""As their documentation said on 2026-11-30: where spans are sent to, and what tells whose they are."""


def told(cell: str) -> tuple[str, str]:
    """The headers and the resource attributes that a cell of the table says to set."""
    values = [value.replace("…", "k") for value in re.findall(r"`([^`]+)`", cell)]
    resource = next((value for value in values if value.startswith("OTEL_RESOURCE_ATTRIBUTES=")), "")
    headers = next(value for value in values if "=" in value and value != resource)
    return headers, resource.partition("=")[2]


@pytest.mark.parametrize("row", ROWS, ids=[name for name, *_ in ROWS])
async def test_a_recipe_sends_spans_as_the_backend_takes_them(row, receiver, sent, monkeypatch):
    name, endpoint, cell = row
    headers, resource = told(cell)
    path, wanted = EXPECTED[name]
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.address + urlsplit(endpoint).path)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", headers)
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", resource)
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
    monkeypatch.setenv("OTEL_LOGS_EXPORTER", "none")
    monkeypatch.setenv("MAINSTEM_TELEMETRY", "otlp")
    await watch(spoken(), HI).result()
    received = await asyncio.to_thread(sent)
    assert set(received.paths) == {path}
    assert received.headers[0]["content-type"] == "application/x-protobuf"
    assert wanted.items() <= received.headers[0].items()
    assert any(span.name.startswith("invoke_agent") for span in received.spans)
    if resource:
        assert "wandb.entity" in received.everything
        assert "wandb.project" in received.everything


def test_every_recipe_of_the_page_is_tried():
    assert {name for name, *_ in ROWS} == {*EXPECTED}
