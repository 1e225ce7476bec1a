"""What LangChain calls back, in order and from any thread, as the events of its own `astream_events`.

Models stream under a `Listener`, also when they are invoked, as they do in LangGraph.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from .run_tree import RunPlace, RunTree

T = TypeVar("T")


class _Nobody(BaseCallbackHandler):
    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        pass


class Listener(BaseCallbackHandler):
    """A callback handler; what it hears goes to `hear`, one part after the other, each with who says it.

    `first`: a handler that is told of each thing before `hear` is. `one_root`: as `RunTree` has it.
    """

    run_inline = True

    def __init__(self, first: BaseCallbackHandler | None = None, *, one_root: bool = False) -> None:
        self._tree = RunTree(one_root=one_root)
        self._first = first or _Nobody()
        self._steps: deque[Callable[[], None]] = deque()
        self._busy = Lock()

    def hear(self, part: Mapping[str, Any], place: RunPlace) -> None:
        """The next part, as `mainstem.stream.callbacks.run_tree` makes it, in whichever thread it was called back."""
        raise NotImplementedError

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
        part, place = self._tree.part(event), self._tree.place(event["run_id"])
        if part is not None and place is not None:
            self.hear(part, place)

    def _goes_on(self, moment: str, run_id: UUID, data: dict[str, Any]) -> None:
        """Something of a run that began; LangChain does not repeat of which kind it is."""
        self._take(partial(self._tell_more, moment, str(run_id), data))

    def _tell_more(self, moment: str, run_id: str, data: dict[str, Any]) -> None:
        place = self._tree.place(run_id)
        if place is not None:
            self._tell({"event": f"on_{place.kind}_{moment}", "run_id": run_id, "data": data})

    # LangChain's side

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **told: Any) -> None:
        """A chain, a prompt, a parser, a graph or one of its nodes begins."""
        event = f"on_{told.get('run_type') or 'chain'}_start"
        self._began(event, run_id, {**told, "serialized": serialized}, {"input": inputs})
        self._first.on_chain_start(serialized, inputs, run_id=run_id, **told)

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
        self._first.on_chat_model_start(serialized, messages, run_id=run_id, **told)

    def on_llm_start(self, serialized: Any, prompts: list[str], *, run_id: UUID, **told: Any) -> None:
        """A plain language model is called."""
        self._began("on_llm_start", run_id, {**told, "serialized": serialized}, {"input": prompts})

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **told: Any) -> None:
        """A model says the next piece."""
        self._first.on_llm_new_token(token, chunk=chunk, run_id=run_id, **told)
        self._goes_on("stream", run_id, {"chunk": token if chunk is None else getattr(chunk, "message", chunk)})

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **told: Any) -> None:
        """A model ended."""
        self._first.on_llm_end(response, run_id=run_id, **told)
        self._goes_on("end", run_id, {"output": _output(response)})

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **told: Any) -> None:
        """A model failed."""
        self._first.on_llm_error(error, run_id=run_id, **told)
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
        self._take(partial(self._tell_piece, str(run_id), chunk))

    def _tell_piece(self, run_id: str, chunk: Any) -> None:
        place = self._tree.place(run_id)
        if place is not None and place.outermost:
            self._tell_more("stream", run_id, {"chunk": chunk})


def _output(response: LLMResult) -> Any:
    """A model's output as LangChain's stream events give it."""
    first = response.generations[0][0] if response.generations and response.generations[0] else None
    if isinstance(first, ChatGeneration):
        return first.message
    told = [{"text": first.text, "generation_info": getattr(first, "generation_info", None)}] if first else []
    return {"generations": [told]}
