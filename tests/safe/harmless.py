"""Texts that only look as if something in them were to be masked: drawn anew, and taken from Python's own sources."""

import base64
import importlib
import inspect
import random
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks.guard_sample import drawn, luhn

SOURCES = (
    *("argparse", "ast", "bisect", "calendar", "cmd", "collections", "colorsys", "configparser", "contextlib", "copy"),
    *("csv", "dataclasses", "difflib", "enum", "fnmatch", "fractions", "functools", "getopt", "glob", "graphlib"),
    *("heapq", "hmac", "json.decoder", "json.encoder", "keyword", "linecache", "numbers", "pathlib", "pprint", "queue"),
    *("random", "reprlib", "sched", "secrets", "selectors", "shlex", "shutil", "statistics", "string", "struct"),
    *("tempfile", "textwrap", "threading", "timeit", "token", "tokenize", "types", "typing", "uuid", "weakref"),
)
"""Modules of the standard library."""


_ADDRESS = re.compile(r"\w@\w+\.\w|fe80::")


def _moment(chance: random.Random) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(
        seconds=chance.randint(0, 10**8), microseconds=chance.randint(1, 10**6)
    )


def _hash(chance: random.Random) -> str:
    return chance.randbytes(chance.choice((16, 20, 28, 32, 48, 64))).hex()


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=chance.choice((4, 5))))


def _version(chance: random.Random) -> str:
    number = ".".join(str(chance.randint(0, 40)) for _ in range(chance.choice((2, 3))))
    return number + chance.choice(
        ("", "rc1", "-beta.2", f".post{chance.randint(1, 9)}", f"+g{chance.randbytes(4).hex()}")
    )


def _no_iban(chance: random.Random) -> str:
    """A part number of an IBAN's length, whose check digits are none: they are 02 to 98."""
    return drawn(
        chance, f"{chance.choice(('DE', 'FR', 'GB', 'NL'))}{chance.choice(('00', '01', '99'))}-####-####-####-####-##"
    )


def _no_card(chance: random.Random) -> str:
    right = luhn(drawn(chance, "41" + "#" * 13))
    return right[:-1] + str((int(right[-1]) + 1) % 10)


DRAWN: tuple[Callable[[random.Random], str], ...] = (
    lambda chance: f"{_hash(chance)}  dist/package-{_version(chance)}.tar.gz",
    lambda chance: f'etag: "{_hash(chance)}", digest sha512-{base64.b64encode(chance.randbytes(64)).decode()}',
    lambda chance: f"The request {_uuid(chance)} was answered by {_uuid(chance)}.",
    lambda chance: (
        f"{_moment(chance).isoformat()} INFO worker[{chance.randint(100, 99999)}] took {chance.random():.6f}s"
    ),
    lambda chance: (
        f"[{_moment(chance):%Y-%m-%d %H:%M:%S},{chance.randint(0, 999):03}] 127 rows, {chance.randint(1, 10**7)} bytes"
    ),
    lambda chance: (
        f"between {_moment(chance):%d.%m.%Y} and {_moment(chance):%m/%d/%Y}, at {_moment(chance):%H:%M:%S.%f}"
    ),
    lambda chance: f"pip install 'thing=={_version(chance)}' # needs python>={_version(chance)}",
    lambda chance: f"Part {_no_iban(chance)} replaces {_no_iban(chance)}.",
    lambda chance: f"Order {_no_card(chance)} has {chance.randint(2, 9)} items at {chance.random():.2f}.",
    lambda chance: f"[{', '.join(str(chance.randint(0, 255)) for _ in range(12))}]",
    lambda chance: f"0x{chance.randbytes(8).hex()} ^ 0b{chance.getrandbits(40):b} == {chance.getrandbits(62):_}",
    lambda chance: f"key = cache.get(token, password)  # {chance.randint(1, 9)} secrets, api_key=None, Bearer <token>",
    lambda chance: (
        f"@decorator\ndef at(x): return x @ y.T if x else a[{chance.randint(1, 99)}:{chance.randint(1, 99)}]"
    ),
    lambda chance: f"ratio {chance.random()}, {chance.random() * 1e6:,.2f} EUR, 19 %, 1e-{chance.randint(2, 30)}",
    lambda chance: (
        f"commit {_hash(chance)[:40]}\nindex {chance.randbytes(4).hex()[:7]}..{chance.randbytes(4).hex()[:7]} 100644"
    ),
    lambda chance: (
        f"ISBN 978-3-16-{chance.randint(100000, 999999)}-0, page {chance.randint(1, 999)}, §{chance.randint(1, 99)}"
    ),
)


def harmless(each: int = 10, seed: int = 29) -> list[str]:
    """So many of each sort, and what stands between empty lines in `SOURCES`."""
    chance = random.Random(seed)
    return [draw(chance) for draw in DRAWN for _ in range(each)] + sources()


def sources() -> list[str]:
    """The functions, classes and other parts of modules, each a text; without those that name somebody's address."""
    modules = [importlib.import_module(name) for name in SOURCES]
    parts = [part for module in modules for part in inspect.getsource(module).split("\n\n\n")]
    return [part for part in parts if not _ADDRESS.search(part)]
