"""The samples of docs/how-to/other-clients.md do what the page says."""

import asyncio

import pytest

from tests import forked
from tests.docs.pages import DOCS, samples
from tests.web.served import door

PAGE = DOCS / "how-to" / "other-clients.md"
ANSWER = "run.events(from_seq=last + 1)"


def pieces(language):
    return [code for code in samples(PAGE, language) if "127.0.0.1:8000" in code]


@pytest.mark.real
@pytest.mark.parametrize("number", [0, 1])
async def test_the_openai_samples(tmp_path, number):
    code = pieces("py")[number]
    async with door() as (client, _):
        sample = tmp_path / "sample.py"
        sample.write_text(code.replace("http://127.0.0.1:8000", str(client.base_url).rstrip("/")))
        ran = await asyncio.to_thread(forked.run, sample)
    assert ANSWER in ran.stdout, ran.stderr


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_the_js_samples(node, number):
    code = pieces("js")[number]
    async with door() as (client, _):
        said = await node.sample(code.replace("http://127.0.0.1:8000", str(client.base_url).rstrip("/")))
    assert ANSWER in said
