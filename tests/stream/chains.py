"""Small runnables for the tests of the stream, and their runs held against the laws."""

import asyncio
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.language_models.llms import LLM
from langchain_core.outputs import GenerationChunk
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever

from mainstem.models.scripted.model import ScriptedModel
from mainstem.stream import events as e
from mainstem.stream import laws

PATIENCE = 60.0

prompt = ChatPromptTemplate.from_template("About {topic}.")


def scripted(*turns: Any, **more: Any) -> ScriptedModel:
    return ScriptedModel(turns=list(turns), **more)


class Texts(LLM):
    """A plain language model, from before there were chat models."""

    words: list[str]
    finish: str | None = "stop"

    @property
    def _llm_type(self) -> str:
        return "texts"

    def _call(self, *args: Any, **kwargs: Any) -> str:
        return "".join(self.words)

    async def _astream(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> Any:
        for position, word in enumerate(self.words, 1):
            info = {"finish_reason": self.finish} if self.finish and position == len(self.words) else None
            chunk = GenerationChunk(text=word, generation_info=info)
            if run_manager:
                await run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk


class Shelf(BaseRetriever):
    """A retriever that always finds the same."""

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        if query == "nothing":
            raise LookupError("an empty shelf")
        return [Document("The ferry sails at seven.")]


class Seen:
    """The events of a run, lawful."""

    def __init__(self, events: list[Any], **known: Any) -> None:
        self.events = events
        report = laws.check(events, **known)
        assert report.ok, f"{report}\n" + "\n".join(e.encode(event).decode() for event in events)

    def of(self, *kinds: Any) -> list[Any]:
        return [event for event in self.events if isinstance(event, kinds)]

    @property
    def end(self) -> Any:
        return self.events[-1]

    @property
    def nodes(self) -> list[str]:
        """Each node that began, with where: `outer/branch/node`."""
        return [path(event) for event in self.of(e.NodeStarted)]

    @property
    def said(self) -> list[str]:
        """The words of each message that counts."""
        words: dict[str, str] = {}
        for event in self.events:
            if isinstance(event, e.MessageStarted):
                words[event.message_id] = ""
            elif isinstance(event, e.MessageDelta):
                words[event.message_id] += event.text
            elif isinstance(event, e.MessageSuperseded):
                del words[event.message_id]
        return list(words.values())


def path(event: Any) -> str:
    return "/".join([step.partition(":")[0] for step in event.ns or ()] + [event.node or ""])


async def seen(run: Any, **known: Any) -> Seen:
    """All of a watched run, its replay included."""
    async with asyncio.timeout(PATIENCE):
        events = [event async for event in run]
        return Seen(events, replay=[line async for line in run.lines()], **known)
