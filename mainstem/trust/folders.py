"""What a file of a folder says of where data goes, and whether somebody trusted it with that."""

import hashlib
import json
import os
import shlex
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


class Untrusted(UserWarning):
    """A folder's file says where data goes, nobody has trusted it, and that part of it was passed over."""


@dataclass(frozen=True)
class GuardedValues:
    """What one file of a folder says under names that need trust."""

    file: Path
    """The file, its folder resolved."""
    guarded: Mapping[str, str]
    """Everything on the list that it says, by name in capitals: what is trusted, and what a change is a change of."""
    names: tuple[str, ...]
    """Those of them that would count here."""
    folder: Path
    """Whose file it is: what people are asked to trust."""

    @property
    def trusted(self) -> bool:
        """Whether somebody trusted the folder with exactly this. Reads a file."""
        with suppress(OSError, ValueError):
            return json.loads(_record(self.file).read_text(encoding="utf-8")) == self._kept()
        return False

    def trust(self) -> None:
        """From now on the file may say this. Raises `OSError`."""
        kept = _record(self.file)
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=kept.parent)  # 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(self._kept(), file)
        Path(name).replace(kept)

    def forget(self) -> None:
        """It may not any more. Raises `OSError`."""
        _record(self.file).unlink(missing_ok=True)

    def lines(self) -> list[str]:
        """`NAME=value` for people who decide: no key, and of an address where it leads."""
        return [f"{name}={_shown(name, value)}" for name, value in sorted(self.guarded.items())]

    @property
    def passed_over(self) -> str:
        """What was not followed and how it can be, in one line."""
        return (
            f"{self.file} is not trusted to say where data goes: {', '.join(self.names)} in it "
            f"{'is' if len(self.names) == 1 else 'are'} ignored. "
            f"To follow it: mainstem trust {shlex.quote(str(self.folder))}"
        )

    def _kept(self) -> dict[str, str]:
        said = json.dumps(sorted(self.guarded.items()), ensure_ascii=True)
        return {"file": str(self.file), "said": hashlib.sha256(said.encode()).hexdigest()}


def guarded_values(
    file: Path, guarded: Mapping[str, str], names: Iterable[str], folder: Path | None = None
) -> GuardedValues:
    """What `file` says: all that needs trust in it, and the names that would count where it is read."""
    file = file.absolute().parent.resolve() / file.name
    return GuardedValues(file, guarded, tuple(sorted(names)), folder or file.parent)


def _record(file: Path) -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    name = hashlib.sha256(os.fsencode(file)).hexdigest()
    return Path(base).expanduser() / "mainstem" / "trusted" / f"{name}.json"


def _shown(name: str, value: str) -> str:
    scheme, _, rest = value.partition("://")
    if rest:
        return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"
    return "…" if any(word in name for word in ("KEY", "TOKEN", "SECRET", "PASSWORD")) else value
