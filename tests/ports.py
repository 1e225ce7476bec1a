"""Ports for servers that have to be told theirs."""

import socket
from contextlib import closing, suppress
from random import SystemRandom

OWN = range(20_000, 32_000)
"""Below those that the system gives out by itself: what is free here does not go to anybody else meanwhile."""


def free_port() -> int:
    """A port that nothing listens on, and that stays so until it is used."""
    while True:
        port = SystemRandom().choice(OWN)
        with suppress(OSError), closing(socket.socket()) as sock:
            sock.bind(("127.0.0.1", port))
            return port
