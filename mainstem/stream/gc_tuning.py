"""When a process of ours looks for garbage: not while it starts, and seldom while it serves many.

What is imported stays, and LangGraph's answers make many objects that stay as long as they do. Python looks through
all of them again and again all the same: a third of the start of a command, and, with many runs at once, pauses of 150
to 350 ms in which no token goes on (2 cores, 40 to 240 streams; docs/explanation/performance.md).
"""

import gc
import weakref

MANY = 8
"""Runs at once in a process, from which on it looks for garbage in short pauses only, until none is left."""

_AT_START = 400_000  # new objects, more than a start makes: a command that goes on is still cleaned up
_SERVING = (20_000, 1000, 100)  # pauses of 20 ms, at what is new; all else when nobody waits, or after many millions
_EASED = (20_000, 1000, 1000)  # the same, as long as many runs go on
_MUCH = 10  # looks at what is new, after which all else is worth a look too
_usual = gc.get_threshold()
_going: weakref.WeakSet[object] = weakref.WeakSet()


def put_off() -> None:
    """Look for garbage only after many more objects than usual."""
    gc.set_threshold(_AT_START)


def as_usual() -> None:
    """From here on look as often as usual, and leave out what is there by now. Nothing happens without `put_off`."""
    if gc.get_threshold()[0] == _AT_START:
        gc.freeze()
        gc.set_threshold(*_usual)


def settle() -> None:
    """For a server that has started: leave out what is there by now, and look at what is new in short pauses only.

    What became garbage after some time waits until no run goes on, or until there is very much of it. It is a setting
    of the whole process, for as long as it lives.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SERVING)


def began(run: object) -> None:
    """A run began. With many at once, and where nobody has set anything else, they are spared long pauses."""
    _going.add(run)
    if len(_going) >= MANY and gc.get_threshold() == _usual and not gc.get_freeze_count():
        gc.freeze()
        gc.set_threshold(*_EASED)


def ended(run: object) -> None:
    """A run ended. After the last one all is as it was before, and a settled server is cleaned up."""
    _going.discard(run)
    if _going:
        return
    if gc.get_threshold() == _EASED:
        gc.unfreeze()
        gc.set_threshold(*_usual)
    elif gc.get_threshold() == _SERVING and gc.get_count()[1] >= _MUCH:
        gc.collect()
