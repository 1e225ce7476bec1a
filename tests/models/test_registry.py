"""How a name becomes a model."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from mainstem.models import (
    ModelError,
    NotReadyError,
    ScriptError,
    UnknownModelError,
    aload,
    available,
    disconnect,
    load,
)
from mainstem.settings import Settings
from mainstem.testing import ScriptedProvider

from ..waiting import eventually


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)


def script(path: Path, text: str) -> str:
    path.write_text(json.dumps([text]))
    return f"scripted:{path}"


def test_without_a_key_the_model_is_extractive() -> None:
    assert load(None, settings())._llm_type == "mainstem-extractive"


def test_with_a_key_or_an_address_it_is_openai() -> None:
    keyed = load(None, settings(openai_api_key="sk-x"))
    local = load(None, settings(openai_base_url="http://127.0.0.1:1/v1"))
    assert keyed.model_name == "gpt-5.4-mini"
    assert local.model_name == ""  # found out at the first call
    assert keyed.use_responses_api is None
    assert local.use_responses_api is False


def test_the_name_given_goes_before_the_setting() -> None:
    assert load("extractive", settings(model="openai:x", openai_api_key="sk-x"))._llm_type == "mainstem-extractive"
    assert load(None, settings(model="openai:x", openai_api_key="sk-x")).model_name == "x"


def test_one_setting_asks_for_responses() -> None:
    assert load("openai:x", settings(openai_api_key="sk-x", openai_api="responses")).use_responses_api is True


@pytest.mark.parametrize("name", ["gpt-4o", "extractive:x", "scripted:", "two words:x", ":"])
def test_an_unknown_name_says_what_there_is(name: str) -> None:
    with pytest.raises(UnknownModelError, match=r"Use extractive, openai:NAME, scripted:FILE, or PROVIDER:NAME"):
        load(name, settings())


def test_openai_without_a_key_says_what_to_set() -> None:
    with pytest.raises(NotReadyError, match="set OPENAI_API_KEY, or OPENAI_BASE_URL"):
        load("openai:gpt-x", settings())


def test_a_missing_script_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="cannot read this script"):
        load(f"scripted:{tmp_path / 'none.json'}", settings())


def test_models_are_kept_by_name_and_settings() -> None:
    first = load("openai:x", settings(openai_api_key="sk-1"))
    assert load("openai:x", settings(openai_api_key="sk-1")) is first
    assert load("openai:x", settings(openai_api_key="sk-2")) is not first
    assert load("openai:y", settings(openai_api_key="sk-1")) is not first


def test_each_event_loop_has_connections_of_its_own() -> None:
    given = settings(openai_api_key="sk-1")

    async def twice() -> tuple[object, object]:
        return load("openai:x", given), await aload("openai:x", given)

    first, again = asyncio.run(twice())
    assert first is again
    assert asyncio.run(twice())[0] is not first


async def test_disconnecting_leaves_no_socket_open() -> None:
    async with ScriptedProvider(["Hello.", "Again."]) as provider:
        given = settings(openai_base_url=provider.base_url)
        model = await aload("openai:x", given)
        await model.ainvoke("hi")
        assert provider.connections == 1
        await disconnect()
        await eventually(lambda: provider.connections == 0)
        again = await aload("openai:x", given)
        assert (await again.ainvoke("hi")).text == "Again."
        await disconnect()


def test_a_script_goes_on_within_one_settings_object_and_starts_over_with_the_next(tmp_path: Path) -> None:
    name = script(tmp_path / "s.json", "Hello.")
    given = settings()
    assert load(name, given).invoke("x").text == "Hello."
    with pytest.raises(ScriptError, match="no turn is left"):
        load(name, given).invoke("x")
    assert load(name, settings()).invoke("x").text == "Hello."


def test_what_is_available_says_why_not() -> None:
    without = {row.name: row for row in available(settings())}
    assert without["extractive"].ready
    assert not without["openai:NAME"].ready
    assert "OPENAI_API_KEY" in without["openai:NAME"].why_not
    assert {row.name: row.ready for row in available(settings(openai_api_key="x"))}["openai:NAME"]


def test_the_key_shows_nowhere() -> None:
    model = load("openai:x", settings(openai_api_key="sk-very-secret"))
    assert "very-secret" not in repr(model) + str(model) + str(model.model_dump())


def test_every_error_of_this_room_is_a_model_error() -> None:
    assert issubclass(UnknownModelError, ModelError)
    assert issubclass(ScriptError, ModelError)


@pytest.mark.real
def test_the_default_model_imports_no_client() -> None:
    code = (
        "import sys, mainstem.models as m; from mainstem.settings import Settings; "
        "assert not [x for x in sys.modules if x.startswith('langchain')]; "
        "m.load('extractive', Settings()); "
        "assert not {'openai', 'langchain_openai', 'httpx', 'duckdb'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
