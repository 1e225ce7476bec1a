"""What `deploy/` says is what the program takes: settings, options, names of servers, and the user that it runs as."""

import json
import re
import tomllib
from typing import Any

import pytest
import typer
import yaml

from mainstem import Settings
from mainstem.cli.app import app

from .pages import ROOT

DEPLOY = ROOT / "deploy"
SERVERS = ("server-1", "server-2", "server-3")
PASSWORD = re.compile(r"\$\{POSTGRES_PASSWORD:\?[^}]+\}")


@pytest.fixture
def services() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def settings_in(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a server; a name that is none is refused."""
    for name, value in environment.items():
        if name.startswith("MAINSTEM_"):
            assert name.removeprefix("MAINSTEM_").lower() in Settings.model_fields, name
            monkeypatch.setenv(name, PASSWORD.sub("secret", value))
    return Settings()


def taken(command: list[str]) -> None:
    """Parse a command line as `mainstem` does, without doing it."""
    group: Any = typer.main.get_command(app)
    context = group.make_context("mainstem", list(command), resilient_parsing=True)
    name, given, rest = group.resolve_command(context, list(command))
    assert name == "serve"
    given.make_context(name, list(rest), parent=context)


def test_the_servers_of_compose_take_their_settings_and_options(services, monkeypatch):
    assert {name for name, each in services.items() if each.get("image") == "mainstem"} == set(SERVERS)
    for name in SERVERS:
        found = settings_in(services[name]["environment"], monkeypatch)
        assert found.database_url is not None
        assert found.database_url.get_secret_value() == "postgresql://mainstem:secret@postgres/mainstem"
        # what SIGTERM takes: to drain, then to let readers go
        grace = float(services[name]["stop_grace_period"].removesuffix("s"))
        assert grace > found.drain_seconds + 3 * 10
        taken(services[name]["command"])
    homes = [volume for name in SERVERS for volume in services[name]["volumes"] if volume.startswith("home")]
    assert len(set(homes)) == len(SERVERS)


def test_the_database_of_compose_is_the_one_that_the_servers_name(services, monkeypatch):
    made = services["postgres"]["environment"]
    url = services["server-1"]["environment"]["MAINSTEM_DATABASE_URL"]
    assert url == f"postgresql://{made['POSTGRES_USER']}:{made['POSTGRES_PASSWORD']}@postgres/{made['POSTGRES_DB']}"


def test_nginx_knows_the_servers_by_their_names(services):
    said = (DEPLOY / "nginx.conf").read_text()
    named = re.findall(r"^ +server ([\w-]+):(\d+)", said, re.MULTILINE)
    assert named == [(name, "8000") for name in SERVERS]
    assert "./nginx.conf:/etc/nginx/conf.d/default.conf:ro" in services["nginx"]["volumes"]


def test_the_image_is_no_roots_and_serves_by_itself():
    said = (DEPLOY / "Dockerfile").read_text()
    *_, image = said.split("\nFROM ")
    assert re.search(r"^USER mainstem$", image, re.MULTILINE)
    assert image.index("\nUSER ") < image.index("\nENTRYPOINT ")
    (command,) = re.findall(r"^CMD (\[.*\])$", image, re.MULTILINE)
    taken(json.loads(command))


def test_the_image_is_made_with_extras_that_there_are_as_they_are_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    there, locked = project["optional-dependencies"], (ROOT / "requirements.lock").read_text()
    (extras,) = re.findall(r"^ARG EXTRAS=(\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    wanted = [requirement for name in extras.split(",") for requirement in there[name]]
    assert {"cli", "postgres", "web"} <= set(extras.split(","))
    for name in (re.match(r"[\w-]+", requirement) for requirement in wanted):
        assert re.search(rf"^{name[0]}==", locked, re.MULTILINE | re.IGNORECASE), name[0]


def test_what_could_not_be_run_is_marked():
    for name in ("compose.yaml", "Dockerfile"):
        assert "Untested" in (DEPLOY / name).read_text()
