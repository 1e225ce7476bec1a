"""When a process of ours looks for garbage: not while it starts, and seldom while it serves.

What is imported stays, and LangGraph's answers make many objects that stay as long as they do. Python looks through
all of them again and again all the same: a third of the start of a command, and, in a server, pauses of 150 to 350 ms
in which no token goes on (2 cores, 40 to 240 streams; docs/performance.md).
"""

import gc

_AT_START = 400_000  # new objects, more than a start makes: a command that goes on is still cleaned up
_SERVING = (50_000, 20, 100)
_usual = gc.get_threshold()


def put_off() -> None:
    """Look for garbage only after many more objects than usual."""
    gc.set_threshold(_AT_START)


def as_usual() -> None:
    """From here on look as often as usual, and leave out what is there by now. Nothing happens without `put_off`."""
    if gc.get_threshold()[0] == _AT_START:
        gc.freeze()
        gc.set_threshold(*_usual)


def settle() -> None:
    """For a server that has started: leave out what is there by now, and look seldom, at what is new.

    It is a setting of the whole process: call it in a server of your own if nothing else there sets it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SERVING)
