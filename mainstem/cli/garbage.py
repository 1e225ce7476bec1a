"""When a command's process looks for garbage: not while it starts.

What is imported stays. Python looks through it again and again all the same, and that was a third of the start.
"""

import gc

_AT_START = 400_000  # new objects, more than a start makes: a command that goes on is still cleaned up
_usual = gc.get_threshold()


def put_off() -> None:
    """Look for garbage only after many more objects than usual."""
    gc.set_threshold(_AT_START)


def as_usual() -> None:
    """From here on look as often as usual, and leave out what is there by now. Nothing happens without `put_off`."""
    if gc.get_threshold()[0] == _AT_START:
        gc.freeze()
        gc.set_threshold(*_usual)
