"""Who judges: the rules, or a callable of the user's."""

import asyncio
import threading

import pytest

from mainstem import Settings
from mainstem.models.support import Checker

SENTENCE, PASSAGE = "The ferry sails at 11:40.", "The ferry sails at seven."


async def verdict(checker, told=None, **chosen):
    settings = Settings(_env_file=None, checker=checker, **chosen)
    return await Checker(settings, ([] if told is None else told).append)(SENTENCE, PASSAGE, "When?")


def plain(sentence, passage, question):
    return "supported" if threading.current_thread() is not threading.main_thread() else "unsupported"


class Callable:
    async def __call__(self, sentence, passage, question):
        return "supported" if threading.current_thread() is threading.main_thread() else "unsupported"


async def test_the_rules_judge_where_nothing_is_chosen():
    assert await verdict(None) == "unsupported"


async def test_a_plain_callable_runs_in_a_thread():
    assert await verdict(plain) == "supported"
    assert await verdict(f"{__name__}:plain") == "supported"


async def test_an_async_one_runs_in_the_event_loop():
    assert await verdict(Callable()) == "supported"


def raising(*given):
    raise LookupError("no weights")


def vague(*given):
    return "perhaps"


def leaving(*given):
    raise SystemExit(3)


def stopping(*given):
    raise StopIteration


def verbose(*given):
    raise LookupError("no weights\n" * 1000)


async def cancelled(*given):
    raise asyncio.CancelledError


async def leaving_too(*given):
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("checker", "why"),
    [
        (leaving, "The checker leaving failed: RuntimeError: it raised SystemExit."),
        (stopping, "The checker stopping failed: RuntimeError: it raised StopIteration."),
        (cancelled, "The checker cancelled failed: RuntimeError: it raised CancelledError."),
        (leaving_too, "The checker leaving_too failed: RuntimeError: it raised SystemExit."),
        (verbose, "The checker verbose failed: LookupError: no weights no weights"),
        (raising, "The checker raising failed: LookupError: no weights."),
        (vague, "The checker vague failed: ValueError: it answered 'perhaps', and not one of supported, doubtful,"),
        ("no_such_module:check", "The checker no_such_module:check failed: ModuleNotFoundError:"),
        (f"{__name__}:SENTENCE", f"The checker {__name__}:SENTENCE failed: TypeError:"),
        ("no name", "The checker no name failed: ValueError:"),
    ],
)
async def test_one_that_fails_is_told_and_the_rules_judge(checker, why):
    told = []
    assert await verdict(checker, told) == "unsupported"
    assert len(told) == 1
    assert told[0].startswith(why)
    assert len(told[0]) < 400
    assert "\n" not in told[0]


async def test_a_run_that_is_stopped_meanwhile_is_stopped():
    async def waiting(*given):
        await asyncio.Event().wait()

    task = asyncio.create_task(verdict(waiting))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_one_that_takes_too_long_is_asked_once():
    asked, told = [], []

    async def slow(*given):
        asked.append(given)
        await asyncio.Event().wait()

    checker = Checker(Settings(_env_file=None, checker=slow, checker_timeout=0.01), told.append)
    assert [await checker(SENTENCE, PASSAGE, "") for _ in range(2)] == ["unsupported"] * 2
    assert len(asked) == 1
    assert "took longer than 0.01 s (MAINSTEM_CHECKER_TIMEOUT)" in told[0]
