"""How it is said that a law does not hold."""


class BrokenLaw(Exception):
    """A law does not hold."""


def hold(law: bool, said: str) -> None:
    """Raise `BrokenLaw`, with what is wrong, unless it holds."""
    if not law:
        raise BrokenLaw(said)
