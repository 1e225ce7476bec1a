"""For code that only takes `callbacks=[…]`: a handler that turns what LangChain calls back into the same events.

    run = CallbackRun()
    chain.invoke("…", config={"callbacks": [run]})      # from any thread, or `await chain.ainvoke(…)`
    run.events, run.result().text

Models stream under it, also when they are invoked, as they do in LangGraph. It only listens: it cannot stop the code.
"""

import warnings
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from threading import Lock
from types import TracebackType
from typing import Any, TypeVar
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from .calls import ModelCalls
from .events import AnyEvent
from .family import Family, Kin
from .fold import Result
from .narrator import Narrator
from .translate import translate

T = TypeVar("T")


class CallbackRun(BaseCallbackHandler):
    """Records one run as numbered events: from the start of the outermost runnable that it is given to, to its end.

    `async for event in run` follows it from any event loop, also while the code runs in a thread; `events` holds what
    there is so far, all of it in memory. As a context manager (`with CallbackRun() as run:`) the run is the block, for
    code that calls models or chains one after the other. One handler records one run: what is called back after its
    end is not recorded.

    `answer_nodes`: the runnables whose words are the answer, by name. `tags`: whatever costs are told apart by.
    """

    run_inline = True

    def __init__(
        self, *, answer_nodes: Collection[str] | None = None, tags: Mapping[str, str] | None = None, name: str = ""
    ) -> None:
        self._name = name
        self._narrator = Narrator(answer_nodes, tags)
        self._family = Family()
        self._calls = ModelCalls(self._narrator.state, self._narrator.clock)
        self._steps: deque[Callable[[], None]] = deque()
        self._busy = Lock()
        self._open: set[str] = set()
        self._held = False

    # its readers

    @property
    def run_id(self) -> str:
        """The id that all its events bear."""
        return self._narrator.run_id

    @property
    def events(self) -> list[AnyEvent]:
        """The events so far."""
        return list(self._narrator.events)

    @property
    def finished(self) -> bool:
        """Whether the run is over."""
        return self._narrator.finished

    def result(self) -> Result:
        """What came of the run. Raises `ValueError` while it has not ended."""
        return self._narrator.fold.result()

    async def __aiter__(self) -> AsyncIterator[AnyEvent]:
        """The events from the first on, past and to come. Readers come and go without touching the run."""
        narrator, taken = self._narrator, 0
        while True:
            while taken < len(narrator.events):
                yield narrator.events[taken]
                taken += 1
            if narrator.finished and taken == len(narrator.events):
                return
            await narrator.more(taken)

    # its bounds

    def __enter__(self) -> "CallbackRun":
        self._held = True
        self._narrator.start(self._name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._take(partial(self._narrator.finish, error))

    # what it hears

    def _began(self, event: str, run_id: UUID, told: Mapping[str, Any], data: dict[str, Any]) -> None:
        parent = told.get("parent_run_id")
        serialized: Mapping[str, Any] = told.get("serialized") or {}
        said = {
            "event": event,
            "run_id": str(run_id),
            "name": told.get("name") or serialized.get("name") or (serialized.get("id") or ["Unnamed"])[-1],
            "tags": told.get("tags") or (),
            "metadata": told.get("metadata") or {},
            "parent_ids": [str(parent)] if parent else [],
            "data": data,
        }
        self._take(partial(self._tell, said))

    def _take(self, step: Callable[[], None]) -> None:
        """Do what there is to do, in any thread. Whoever is at it does what others bring too: nobody waits."""
        self._steps.append(step)
        while self._steps and self._busy.acquire(blocking=False):
            try:
                while self._steps:
                    self._steps.popleft()()
            finally:
                self._busy.release()

    def _tell(self, event: dict[str, Any]) -> None:
        part, kin = self._family.part(event), self._family.kin(event["run_id"])
        if part is None or kin is None:
            return
        begins = kin.outermost and event["event"].endswith("_start")
        if self._narrator.finished:
            if begins:
                warnings.warn("A CallbackRun records one run: make another one for the next.", stacklevel=2)
            return
        if begins:
            self._enter(event["run_id"], kin)
        self._narrator.put(*translate(part, self._narrator.state, self._narrator.clock()))
        if event["event"].endswith(("_end", "_error")) and event["run_id"] in self._open:
            self._leave(event["run_id"], event["data"].get("error"))

    def _enter(self, run_id: str, kin: Kin) -> None:
        if not self._held and not self._narrator.events:
            self._narrator.start(self._name or kin.name)
        self._open.add(run_id)

    def _leave(self, run_id: str, error: BaseException | None) -> None:
        self._open.discard(run_id)
        if not self._held and not self._open:
            self._narrator.finish(error)

    def _goes_on(self, moment: str, run_id: UUID, data: dict[str, Any]) -> None:
        """Something of a run that began; LangChain does not repeat of which kind it is."""
        self._take(partial(self._tell_more, moment, str(run_id), data))

    def _tell_more(self, moment: str, run_id: str, data: dict[str, Any]) -> None:
        kin = self._family.kin(run_id)
        if kin is not None:
            self._tell({"event": f"on_{kin.kind}_{moment}", "run_id": run_id, "data": data})

    # LangChain's side

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **told: Any) -> None:
        """A chain, a prompt, a parser, a graph or one of its nodes begins."""
        event = f"on_{told.get('run_type') or 'chain'}_start"
        self._began(event, run_id, {**told, "serialized": serialized}, {"input": inputs})
        self._calls.on_chain_start(serialized, inputs, run_id=run_id, **told)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **told: Any) -> None:
        """It ended."""
        self._goes_on("end", run_id, {"output": outputs})

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **told: Any) -> None:
        """It failed."""
        self._goes_on("error", run_id, {"error": error})

    def on_chat_model_start(
        self, serialized: Any, messages: list[list[BaseMessage]], *, run_id: UUID, **told: Any
    ) -> None:
        """A chat model is called."""
        self._began("on_chat_model_start", run_id, {**told, "serialized": serialized}, {"input": messages})
        self._calls.on_chat_model_start(serialized, messages, run_id=run_id, **told)

    def on_llm_start(self, serialized: Any, prompts: list[str], *, run_id: UUID, **told: Any) -> None:
        """A plain language model is called."""
        self._began("on_llm_start", run_id, {**told, "serialized": serialized}, {"input": prompts})

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **told: Any) -> None:
        """A model says the next piece."""
        self._calls.on_llm_new_token(token, chunk=chunk, run_id=run_id, **told)
        self._goes_on("stream", run_id, {"chunk": token if chunk is None else getattr(chunk, "message", chunk)})

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **told: Any) -> None:
        """A model ended."""
        self._calls.on_llm_end(response, run_id=run_id, **told)
        self._goes_on("end", run_id, {"output": _output(response)})

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **told: Any) -> None:
        """A model failed."""
        self._calls.on_llm_error(error, run_id=run_id, **told)
        self._goes_on("error", run_id, {"error": error})

    def on_tool_start(self, serialized: Any, input_str: str, *, run_id: UUID, **told: Any) -> None:
        """A tool is called."""
        given: Any = told.get("inputs") or {"input": input_str}
        data = {"input": given, "tool_call_id": told.get("tool_call_id")}
        self._began("on_tool_start", run_id, {**told, "serialized": serialized}, data)

    def on_tool_end(self, output: Any, *, run_id: UUID, **told: Any) -> None:
        """A tool ended."""
        self._goes_on("end", run_id, {"output": output})

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **told: Any) -> None:
        """A tool failed."""
        self._goes_on("error", run_id, {"error": error})

    def on_retriever_start(self, serialized: Any, query: str, *, run_id: UUID, **told: Any) -> None:
        """A retriever is asked."""
        self._began("on_retriever_start", run_id, {**told, "serialized": serialized}, {"input": query})

    def on_retriever_end(self, documents: Sequence[Any], *, run_id: UUID, **told: Any) -> None:
        """A retriever answered."""
        self._goes_on("end", run_id, {"output": documents})

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **told: Any) -> None:
        """A retriever failed."""
        self._goes_on("error", run_id, {"error": error})

    def on_custom_event(self, name: str, data: Any, *, run_id: UUID, **told: Any) -> None:
        """Code called `dispatch_custom_event`."""
        self._take(partial(self._tell, {"event": "on_custom_event", "run_id": str(run_id), "name": name, "data": data}))

    # LangChain streams a model that is invoked when a handler has these two (its `_StreamingCallbackHandler`).

    async def tap_output_aiter(self, run_id: UUID, output: AsyncIterator[T]) -> AsyncIterator[T]:
        """What streams out of a runnable, passed through; of the outermost, it is heard."""
        async for chunk in output:
            self._streamed(run_id, chunk)
            yield chunk

    def tap_output_iter(self, run_id: UUID, output: Iterator[T]) -> Iterator[T]:
        """The same in sync code."""
        for chunk in output:
            self._streamed(run_id, chunk)
            yield chunk

    def _streamed(self, run_id: UUID, chunk: Any) -> None:
        if str(run_id) in self._open:
            self._goes_on("stream", run_id, {"chunk": chunk})


def _output(response: LLMResult) -> Any:
    """A model's output as LangChain's stream events give it."""
    first = response.generations[0][0] if response.generations and response.generations[0] else None
    if isinstance(first, ChatGeneration):
        return first.message
    told = [{"text": first.text, "generation_info": getattr(first, "generation_info", None)}] if first else []
    return {"generations": [told]}
