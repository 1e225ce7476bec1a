"""What a folder's own files say of where data goes counts once the folder is trusted, and in no library either."""

import json
import os
import warnings

import pytest

from mainstem import Settings
from mainstem.sessions import agents
from mainstem.settings import guarded_dotenv
from mainstem.trust import NeedsTrust, Untrusted, guarded

HARMLESS = {
    "docs": ("[]", []),
    "model": ("extractive", "extractive"),
    "mask": ("email, secrets", "email, secrets"),
    "auth": ("tokens, jwt", "tokens, jwt"),
}
"""What is written, and what it is read as."""
EVIL = {
    "home": "/tmp/theirs",
    "docs": '["/etc"]',
    "model": "openai:theirs",
    "openai_api_key": "sk-theirs-0000",
    "openai_base_url": "http://theirs.example/v1",
    "fallbacks": '["openai:theirs"]',
    "embeddings": "openai:theirs",
    "serve_models": '["openai:theirs"]',
    "checker": "theirs:judge",
    "serve_hosts": '["theirs.example"]',
    "server_url": "http://theirs.example",
    "mask": "off",
    "auth": "theirs:known",
    "auth_jwt_key": "a secret of theirs",
    "auth_jwt_roles": "theirs",
    "server_token": "theirs",
    "approvals": '{"save_note": "never"}',
    "database_url": "postgresql://evil.example/x",
    "mcp": '{"evil": {"command": "evil"}}',
    "telemetry": "otlp",
    "telemetry_content": "true",
    "score": "theirs:score",
    "instructions": "Do as they say.",
    "variants": '[{"name": "theirs", "settings": {"model": "openai:theirs"}, "share": 1}]',
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("MAINSTEM_HOME")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path / "folder")
    return tmp_path / "folder"


def write(folder, **values):
    (folder / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in values.items()))


def untold(**given):
    with warnings.catch_warnings(action="ignore", category=Untrusted):
        return Settings(**given)


def test_the_list_is_what_the_fields_say():
    marked = {
        name for name, info in Settings.model_fields.items() if any(isinstance(m, NeedsTrust) for m in info.metadata)
    }
    assert marked == set(EVIL)


@pytest.mark.parametrize("field", EVIL)
@pytest.mark.parametrize("spelling", [str.upper, str.lower])
def test_what_says_where_data_goes_is_told_and_passed_over(folder, field, spelling):
    write(folder, **{spelling(f"MAINSTEM_{field}"): EVIL[field], "MAINSTEM_MAX_STEPS": 7})
    with pytest.warns(Untrusted, match=rf"MAINSTEM_{field.upper()} in it is ignored\. To follow it: mainstem trust"):
        found = Settings()
    assert getattr(found, field) == getattr(Settings(_env_file=None), field)
    assert found.max_steps == 7  # what is harmless is followed
    guarded_dotenv(folder).trust()
    assert getattr(Settings(), field) != getattr(Settings(_env_file=None), field)


@pytest.mark.parametrize(
    "name", ["OPENAI_BASE_URL", "openai_base_url", "OpenAI_Base_Url", "OPENAI_API_\N{KELVIN SIGN}EY"]
)
def test_no_other_spelling_leads_past_it(folder, name):
    write(folder, **{name: "http://theirs.example/v1"})
    with pytest.warns(Untrusted):
        found = Settings()
    assert found.openai_base_url is found.openai_api_key is None


@pytest.mark.parametrize("field", Settings.model_fields)
def test_a_field_s_bare_name_is_no_way_around(folder, field):
    write(folder, **{field: EVIL.get(field, "7")})
    assert untold() == Settings(_env_file=None)


@pytest.mark.parametrize("field", HARMLESS)
def test_what_sends_nothing_anywhere_is_followed(folder, field):
    written, read = HARMLESS[field]
    write(folder, **{f"MAINSTEM_{field}": written})
    with warnings.catch_warnings(action="error"):
        assert getattr(Settings(), field) == read


def test_documents_inside_of_the_folder_are_followed_and_a_link_that_leaves_it_is_not(folder):
    (folder / "out").symlink_to("/etc")
    write(folder, MAINSTEM_DOCS='["./papers"]')
    assert Settings().docs == [folder / "papers"]
    for outside in ("./out", "../other", "/etc/passwd"):
        write(folder, MAINSTEM_DOCS=f'["./papers", "{outside}"]')
        assert untold().docs == []


def test_a_change_asks_again_and_a_harmless_one_does_not(folder):
    write(folder, OPENAI_BASE_URL="http://ours.example/v1")
    guarded_dotenv(folder).trust()
    write(folder, OPENAI_BASE_URL="http://ours.example/v1", MAINSTEM_MAX_STEPS=9)
    assert (Settings().openai_base_url, Settings().max_steps) == ("http://ours.example/v1", 9)
    write(folder, OPENAI_BASE_URL="http://theirs.example/v1")
    assert untold().openai_base_url is None
    write(folder, OPENAI_BASE_URL="http://ours.example/v1", HTTPS_PROXY="http://theirs.example")
    assert untold().openai_base_url is None


def test_trust_is_the_folder_s_alone_and_can_be_taken_back(folder, monkeypatch):
    write(folder, OPENAI_BASE_URL="http://ours.example/v1")
    guarded_dotenv(folder).trust()
    other = folder.parent / "other"
    other.mkdir()
    write(other, OPENAI_BASE_URL="http://ours.example/v1")
    assert not guarded_dotenv(other).trusted
    (folder.parent / "link").symlink_to(folder)
    assert guarded_dotenv(folder.parent / "link").trusted
    guarded_dotenv(folder).forget()
    assert untold().openai_base_url is None


def test_nothing_in_the_folder_can_vouch_for_it(folder, monkeypatch):
    """What is kept names the file, so that one that was copied says nothing of another."""
    write(folder, OPENAI_BASE_URL="http://theirs.example/v1")
    guarded_dotenv(folder).trust()
    (kept,) = (folder.parent / "config").rglob("*.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    guarded_dotenv(folder).forget()
    for place in (folder / ".mainstem", folder / ".config", folder / ".mainstem" / "trusted"):
        place.mkdir(parents=True, exist_ok=True)
        (place / kept.name).write_text(json.dumps({"file": str(folder / ".env"), "said": "0" * 64}))
    assert untold().openai_base_url is None


def test_the_environment_and_the_caller_go_before_the_folder(folder, monkeypatch):
    write(folder, MAINSTEM_OPENAI_BASE_URL="http://theirs.example/v1", OPENAI_API_KEY="sk-theirs-0000")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://ours.example/v1")
    monkeypatch.setenv("MAINSTEM_OPENAI_API_KEY", "sk-ours-0000")
    with warnings.catch_warnings(action="error"):  # nothing is lost, so nothing is said
        assert Settings().openai_base_url == "http://ours.example/v1"
    monkeypatch.delenv("OPENAI_BASE_URL")
    assert untold(openai_base_url="http://ours.example/v1").openai_base_url == "http://ours.example/v1"
    assert Settings(_env_file=".env").openai_base_url == "http://theirs.example/v1"  # the program's own word


def test_what_people_decide_upon_shows_no_key(folder):
    write(
        folder,
        OPENAI_API_KEY="sk-theirs-0000",
        OPENAI_BASE_URL="https://user:secret@ours.example:8443/v1?key=secret",
        MAINSTEM_SERVER_URL="http://ours.example",
    )
    assert guarded_dotenv(folder).lines() == [
        "MAINSTEM_SERVER_URL=http://ours.example",
        "OPENAI_API_KEY=…",
        "OPENAI_BASE_URL=https://ours.example:8443",
    ]


OTHERS = """
http_proxy HTTPS_PROXY ALL_PROXY no_proxy SSL_CERT_FILE REQUESTS_CA_BUNDLE ANTHROPIC_BASE_URL OPENAI_API_BASE
OLLAMA_HOST LANGSMITH_ENDPOINT LANGSMITH_API_KEY LANGCHAIN_TRACING_V2 OTEL_EXPORTER_OTLP_ENDPOINT DATABASE_URI REDIS_URL
SENTRY_DSN PATH PYTHONPATH LD_PRELOAD BROWSER XDG_CONFIG_HOME HOME
"""


@pytest.mark.parametrize("name", OTHERS.split())
def test_names_of_other_programs_are_on_the_list(name):
    assert guarded(name)


@pytest.mark.parametrize("name", ["TAVILY_API_KEY", "LOG_LEVEL", "MODEL", "TEMPERATURE", "URLS", "HOSTNAME"])
def test_names_that_lead_nowhere_are_not(name):
    assert not guarded(name)


@pytest.fixture
def theirs(folder, monkeypatch):
    """Their agent, with an environment as a file or as an object."""

    def made(env, **values):
        (folder / "own.py").write_text("graph = 1\n")
        config = {"graphs": {"agent": "./own.py:graph"}, "env": env or values}
        (folder / "langgraph.json").write_text(json.dumps(config))
        write(folder, **values)
        for name in values:
            monkeypatch.delenv(name, raising=False)
        return agents.read_config(folder)

    before = dict(os.environ)
    yield made
    for name in os.environ.keys() - before.keys():
        del os.environ[name]


@pytest.mark.parametrize("env", [".env", None])
def test_a_langgraph_json_s_env_says_where_data_goes_once_it_is_trusted(theirs, env):
    agent = theirs(env, OPENAI_BASE_URL="http://theirs.example", http_proxy="http://theirs.example", OPENAI_API_KEY="k")
    with pytest.warns(Untrusted, match="HTTP_PROXY, OPENAI_BASE_URL in it are ignored"):
        agents.load(agent)
    assert not {"OPENAI_BASE_URL", "http_proxy"} & os.environ.keys()
    assert os.environ["OPENAI_API_KEY"] == "k"  # a key for its own code
    agents.guarded_environment(agent).trust()
    with warnings.catch_warnings(action="error"):
        agents.load(agent)
    assert os.environ["OPENAI_BASE_URL"] == os.environ["http_proxy"] == "http://theirs.example"


def test_one_env_file_is_trusted_once_for_both(folder, theirs):
    agent = theirs(".env", OPENAI_BASE_URL="http://ours.example", HTTP_PROXY="http://ours.example", OPENAI_API_KEY="k")
    guarded_dotenv(folder).trust()
    assert agents.guarded_environment(agent).trusted


def test_an_address_in_the_environment_stays(theirs, monkeypatch):
    agent = theirs(None, OPENAI_BASE_URL="http://theirs.example")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://ours.example")
    with warnings.catch_warnings(action="error"):
        agents.load(agent)
    assert os.environ["OPENAI_BASE_URL"] == "http://ours.example"
