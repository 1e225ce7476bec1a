"""When a process looks for garbage, where its owner says so: not while it starts, and seldom while it serves.

What is imported stays, and LangGraph's answers make many objects that stay as long as they do. Python looks through
all of them again and again all the same: a third of the start of a command, and, with many runs at once, pauses of 150
to 350 ms in which no token goes on (2 cores, 40 to 240 streams; docs/explanation/performance.md). It is a setting of
the whole process, so that nothing here happens by itself: our commands ask for it, and so may a server's owner.
"""

import asyncio
import gc
import weakref

_AT_START = 400_000  # new objects, more than a start makes: a command that goes on is still cleaned up
_SERVING = (20_000, 1000, 100)  # pauses of 20 ms, at what is new; all else when nobody waits, or after many millions
_OFTEN = 0.1  # seconds: Python counts what is made less what goes, so that with many runs far more may be new
_MUCH = 100  # looks at what is new, after which all else is worth a look too
_usual = gc.get_threshold()
_going: weakref.WeakSet[object] = weakref.WeakSet()
_looking: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()


def put_off() -> None:
    """Look for garbage only after many more objects than usual."""
    gc.set_threshold(_AT_START)


def as_usual() -> None:
    """From here on look as often as usual, and leave out what is there by now. Nothing happens without `put_off`."""
    if gc.get_threshold()[0] == _AT_START:
        gc.freeze()
        gc.set_threshold(*_usual)


def settle() -> None:
    """Let this process look for garbage as a server should: in short pauses, and thoroughly only when nobody waits.

    To be called once, when a program that serves many runs has started. What is there by then is left out, and of the
    rest only what is new is looked at, in pauses of some 20 ms. What became garbage after some time waits until no run
    goes on, or until there is very much of it. It is a setting of the whole process, for as long as it lives.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SERVING)


def began(run: object) -> None:
    """A run began: until its end, a settled process looks at what is new in short intervals, and at nothing else."""
    _going.add(run)
    loop = asyncio.get_running_loop()
    if gc.get_threshold() == _SERVING and loop not in _looking:
        _looking.add(loop)
        loop.call_later(_OFTEN, _look_at_new, loop)


def _look_at_new(loop: asyncio.AbstractEventLoop) -> None:
    if _going and gc.get_threshold() == _SERVING:
        gc.collect(0)
        loop.call_later(_OFTEN, _look_at_new, loop)
    else:
        _looking.discard(loop)


def ended(run: object) -> None:
    """A run ended. After the last one a settled process is cleaned up; no other is touched."""
    _going.discard(run)
    if not _going and gc.get_threshold() == _SERVING and gc.get_count()[1] >= _MUCH:
        gc.collect()
