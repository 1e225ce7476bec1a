"""One run, told through every door: the same words and the same numbers."""

import json

from openai.types.chat import ChatCompletionChunk

from mainstem.stream import events as e
from mainstem.stream.transcript import Transcript
from mainstem.web.protocols.openai import completion
from mainstem.web.protocols.openai.options import CompletionOptions
from mainstem.web.protocols.openai.translate import SseComment, TranslatorState, completion_chunks
from tests.web.served import door, started

from . import talks
from .test_agui_translate import applied, texts
from .test_agui_translate import said as agui
from .test_aisdk_translate import read, standing

CITES = {"name": "search_documents", "args": {"query": "ferry"}, "id": "c1"}
SAYS = [{"words": "The ferry sails every day at seven in the morning [1]."}, talks.USAGE]


async def test_a_run_is_the_same_through_each_door(node, scripted):
    settings = scripted([{"reasoning": "Search."}, {"tool_call": CITES}, talks.USAGE], SAYS)
    async with door(settings=settings) as (client, _):
        run_id, _ = await started(client, {"question": "When does the ferry sail?"})
        live = await talks.told(client, run_id)
        again = await talks.told(client, run_id)
    assert live == again
    run = [e.decode(line) for line in again]
    result = folded(run)
    assert result.text == SAYS[0]["words"]
    assert result.citations
    numbers = (result.usage["input_tokens"], result.usage["output_tokens"], result.cost, result.seconds)

    assert through_openai(run) == (result.text, *numbers)
    assert through_openai(run, hold=True) == (result.text, *numbers)

    last = agui(run)[-1]
    (spent,) = last["usage"]
    words = texts(await applied(node, run, []))[-1][1]
    assert (words, spent["inputTokens"], spent["outputTokens"], last["result"]["cost"], last["result"]["seconds"]) == (
        result.text,
        *numbers,
    )

    message = (await read(node, run))["message"]
    told = message["metadata"]
    usage = told["usage"]
    assert (standing(message)[-1], usage["input_tokens"], usage["output_tokens"], told["cost"], told["seconds"]) == (
        result.text,
        *numbers,
    )


def folded(run):
    transcript = Transcript()
    for event in run:
        transcript.add(event)
    return transcript.result()


def through_openai(run, **options):
    state = TranslatorState(CompletionOptions("agent", usage=True, **options))
    chunks = [one for event in run for one in completion_chunks(event, state) if not isinstance(one, SseComment)]
    for chunk in chunks:
        ChatCompletionChunk.model_validate(chunk)
    whole = json.loads(json.dumps(completion.completion(chunks)))
    usage, ours = whole["usage"], whole["mainstem"]
    words = whole["choices"][0]["message"]["content"]
    return words, usage["prompt_tokens"], usage["completion_tokens"], ours["cost"], ours["seconds"]
