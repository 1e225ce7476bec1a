"""Calls for event loops from a thread: those that are made together wake each loop once."""

import asyncio
import threading

import pytest

from mainstem.stream.loop_calls import call_in_loop, together


class CountedLoop(asyncio.SelectorEventLoop):
    """Counts how often another thread wakes it."""

    woken = 0

    def call_soon_threadsafe(self, *args, **more):
        self.woken += 1
        return super().call_soon_threadsafe(*args, **more)


@pytest.fixture
def loop():
    made = CountedLoop()
    yield made
    made.close()


def by_a_thread(work) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def until_idle(loop) -> None:
    async def turns() -> None:
        for _ in range(3):
            await asyncio.sleep(0)

    loop.run_until_complete(turns())


def test_what_is_called_together_wakes_a_loop_once(loop):
    made: list[int] = []

    def work() -> None:
        with together():
            for number in range(3):
                call_in_loop(loop, lambda number=number: made.append(number))
                with together():  # within another one: it calls
                    pass
            assert loop.woken == 0

    by_a_thread(work)
    assert loop.woken == 1
    until_idle(loop)
    assert made == [0, 1, 2]


def test_what_is_called_alone_wakes_it_at_once(loop):
    made: list[int] = []
    by_a_thread(lambda: call_in_loop(loop, lambda: made.append(1)))
    assert loop.woken == 1
    until_idle(loop)
    assert made == [1]


def test_a_call_that_fails_keeps_none_from_being_made(loop):
    made: list[int] = []
    loop.set_exception_handler(lambda *_: made.append(-1))

    def work() -> None:
        with together():
            call_in_loop(loop, lambda: 1 / 0)
            call_in_loop(loop, lambda: made.append(1))

    by_a_thread(work)
    until_idle(loop)
    assert made == [-1, 1]


def test_a_closed_loop_keeps_no_other_from_being_called(loop):
    closed, made = asyncio.new_event_loop(), list[int]()
    closed.close()

    def work() -> None:
        with together():
            call_in_loop(closed, lambda: made.append(-1))
            call_in_loop(loop, lambda: made.append(1))

    by_a_thread(work)
    until_idle(loop)
    assert made == [1]
