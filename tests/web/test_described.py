"""What OpenAPI says of names and of events, for clients that are generated from it."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from fastapi import FastAPI

from mainstem import Session, web
from mainstem.events import KINDS
from mainstem.knowledge import IndexReport, Skipped
from mainstem.web.application import app
from mainstem.web.documents import _indexed
from mainstem.web.uploads import StoredUploads

from .graphs import answer

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples.ndjson"
REFERENCE = "#/components/schemas/"


@pytest.fixture(scope="module")
def described():
    return app(Session()).openapi()


def operations(document):
    return [one["operationId"] for methods in document["paths"].values() for one in methods.values()]


def test_operations_have_names_that_people_would_choose(described):
    names = operations(described)
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]*)*", name)] == []
    assert {"startRun", "followRun", "stopRun", "listThreads", "getThread", "resumeThread", "uploadDocuments"} <= {
        *names
    }


def test_routers_in_one_app_keep_names_apart():
    theirs = FastAPI()
    for prefix in ("/agents/small", "/teams/{team}"):
        theirs.include_router(web.router(answer), prefix=prefix)
    names = operations(theirs.openapi())
    assert len(set(names)) == len(names)
    assert {"agentsSmallStartRun", "teamsTeamStartRun"} <= {*names}


def test_every_reference_leads_somewhere(described):
    found = set(re.findall(rf'"{REFERENCE}([^"]+)"', json.dumps(described)))
    assert found - set(described["components"]["schemas"]) == set()
    assert {"RunEvent", "UploadEvent", "ProblemDetails", "OpenAiErrorResponse"} <= found


def test_an_event_is_told_by_its_type(described):
    union = described["components"]["schemas"]["RunEvent"]
    kinds = {kind.model_fields["type"].default: f"{REFERENCE}{kind.__name__}" for kind in KINDS}
    assert union["discriminator"] == {"propertyName": "type", "mapping": kinds}


@pytest.mark.parametrize(
    "line", EXAMPLES.read_text(encoding="utf-8").splitlines(), ids=lambda line: json.loads(line)["type"]
)
def test_events_are_as_described(described, line):
    event = json.loads(line)
    schema = {"$ref": f"{REFERENCE}RunEvent", "components": described["components"]}
    jsonschema.validate(event, schema)
    for name in ("type", "seq", "run_id", "at"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({key: value for key, value in event.items() if key != name}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**event, "node": None}, schema)


def test_the_end_of_an_upload_tells_no_paths_of_the_server():
    left = (Skipped("/srv/secret/scan.pdf", "page 2 is a scan"),)
    report = IndexReport(
        indexed=1, unchanged=0, removed=0, skipped=left, passages=1, tables=0, seconds=0.1, partly=left
    )
    told = _indexed(report, StoredUploads((), ()))
    assert [each.document for each in (*told.skipped, *told.partly)] == ["scan.pdf", "scan.pdf"]
    assert "/srv" not in told.model_dump_json()
