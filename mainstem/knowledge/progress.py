"""What an index run tells while it goes on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class IndexProgress:
    """How far an index run is: `label` is the file just dealt with, `done` of `total` are.

    `unchanged` says of that file that nothing had to be done about it.
    """

    label: str
    done: int
    total: int
    unit: str = "files"
    unchanged: bool = False
