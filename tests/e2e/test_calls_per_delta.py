"""What a delta costs from the wire to the row in the terminal, in calls of our own functions: no load moves that.

Each step of a coroutine or generator counts as a call, too, as profilers count them.
"""

import asyncio
import io
import sys
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

from langgraph.graph import START, MessagesState, StateGraph
from rich.console import Console

import mainstem
from mainstem import watch
from mainstem.models.coalesce import http_client
from mainstem.models.openai.chat import Chat
from mainstem.stream.events import Event, MessageDelta
from mainstem.testing import ScriptedProvider
from mainstem.views import terminal
from mainstem.views.screen import Screen
from mainstem.views.view import View

MOST = 60
SETTLED, COUNTED = 20, 200
EVERY = 4
"""Deltas a drawing: a dozen drawings a second, at about fifty deltas a second."""

ROOT = str(Path(mainstem.__file__).parent) + "/"
DOUBLES = ROOT + "testing/"
LOOKS = ("FrameClock._look", "FrameClock._feel")
"""Ten times a second at most it is looked how the event loop is doing, however many deltas come: not counted."""


class OneByOne(ScriptedProvider):
    """Writes an event when the reader has shown the one before it, so that none can be joined."""

    def __init__(self, words: list[str]):
        super().__init__([[*({"text": word} for word in words), {"usage": {"input_tokens": 9, "output_tokens": 9}}]])
        self.shown = asyncio.Semaphore(0)

    async def _between(self, write):
        if write.paced:
            await self.shown.acquire()


class Calls:
    """Counts calls of what stands in `mainstem`, by function."""

    def __init__(self):
        self.by_code: Counter[CodeType] = Counter()

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        code, name = frame.f_code, frame.f_code.co_filename
        ours = name.startswith(ROOT) and not name.startswith(DOUBLES)
        if event == "call" and ours and code.co_qualname not in LOOKS:
            self.by_code[code] += 1

    def listed(self, deltas: int) -> str:
        """Calls a delta by function, the most first."""
        rows = [f"{sum(self.by_code.values()) / deltas:7.2f} in all"]
        for code, count in self.by_code.most_common():
            rows.append(f"{count / deltas:7.2f} {code.co_filename.removeprefix(ROOT)}: {code.co_qualname}")
        return "\n".join(rows)


class Drawn(View):
    """A view that is drawn every few deltas and tells the provider of each; what the first ones cost is not counted."""

    def __init__(self, provider: OneByOne, calls: Calls):
        super().__init__()
        self.provider, self.calls, self.deltas = provider, calls, 0
        self.screen = Screen(Console(file=io.StringIO(), force_terminal=True, width=80, height=24))

    def add(self, event: Event) -> None:
        super().add(event)
        if isinstance(event, MessageDelta):
            assert event.n == 1
            self.deltas += 1
            if self.deltas % EVERY == 0:
                self.screen.draw(tuple(self.rows.values()), event.at)
            if self.deltas == SETTLED:
                sys.setprofile(self.calls)
            elif self.deltas == SETTLED + COUNTED:
                sys.setprofile(None)
            self.provider.shown.release()


async def counted() -> Calls:
    words = [f"word{number} " for number in range(SETTLED + COUNTED + 10)]
    calls = Calls()
    async with OneByOne(words) as provider:
        client = http_client(coalesce=True)
        model = Chat(model="scripted", base_url=provider.base_url, api_key="any", http_async_client=client)

        async def speak(state: MessagesState) -> dict[str, object]:
            return {"messages": [await model.ainvoke(state["messages"])]}

        graph = StateGraph(MessagesState).add_node("speak", speak).add_edge(START, "speak").compile()
        run = watch(graph, {"messages": [("human", "hello")]})
        view = Drawn(provider, calls)
        try:
            await terminal._follow(run, view)
        finally:
            sys.setprofile(None)
            view.screen.close(view)
        assert (await run.result()).text == "".join(words)
        assert view.deltas == len(words)
        await model.aclose()
    return calls


async def test_a_delta_costs_few_calls_of_ours_from_the_wire_to_the_row():
    calls = await counted()
    assert calls.by_code.total() / COUNTED <= MOST, calls.listed(COUNTED)


if __name__ == "__main__":
    print(asyncio.run(counted()).listed(COUNTED))
