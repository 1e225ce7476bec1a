"""What every subject is: something that asks the wire one question and hands on what it reads."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, ClassVar

Note = Callable[[Any], object]
"""Takes what was read, text or bytes, the moment it is there."""


class Subject(ABC):
    """One way to read a stream. Subclass it, say `name` and `how`, write `read`, and list it in `subjects`."""

    name: ClassVar[str]
    """Its row in the tables."""
    how: ClassVar[str]
    """What is called."""
    packages: ClassVar[tuple[str, ...]] = ()
    """Whose versions count."""
    env: ClassVar[Mapping[str, str]] = {}
    """Environment of its process."""
    settled: ClassVar[bool] = False
    """Whether its process looks for garbage as `mainstem serve` does."""
    tls: ClassVar[bool] = False
    """Whether it asks a wire that speaks TLS."""
    served: ClassVar[bool] = False
    """Whether it is a server: then that process has the measured core, and the reader sits on the other."""

    @classmethod
    def absent(cls) -> str:
        """Why it cannot be measured; empty when it can."""
        return ""

    @classmethod
    def versions(cls) -> str:
        return ", ".join(f"{package} {version(package)}" for package in cls.packages)

    async def open(self, wire: str) -> None:
        """Get ready to ask the provider at this base URL."""
        self.wire = wire

    @abstractmethod
    async def read(self, question: str, note: Note) -> None:
        """Ask, and give everything that a reader gets to `note`, until the end."""

    async def close(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Let go of what `open` took."""

    @property
    def pid(self) -> int:
        """The process whose CPU and memory count."""
        return os.getpid()
