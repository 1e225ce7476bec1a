"""Which process writes a run: a locked file beside the journal, which the system unlocks when the process dies."""

from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout


class ProcessMark:
    """This process's mark beside the journal at `path`."""

    def __init__(self, path: Path) -> None:
        self.name = uuid4().hex
        self._lock = FileLock(_file(path, self.name), thread_local=False)
        self._lock.acquire()
        while not Path(self._lock.lock_file).exists():  # who looked for dead ones had it first, and removed it
            self._lock.release()
            self._lock.acquire()

    def release(self) -> None:
        """Give the mark up, in order: nothing of this process is under way any more."""
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)


def is_gone(path: Path, name: str) -> bool:
    """Whether the process that had the mark `name` is dead; its file is removed then."""
    file = _file(path, name)
    if not file.exists():
        return True
    try:
        with FileLock(file, timeout=0):
            file.unlink(missing_ok=True)  # while it is held: a process that just begins must not lose its mark
    except Timeout:
        return False
    return True


def forget_dead(path: Path) -> None:
    """Remove the marks that dead processes left beside the journal at `path`."""
    for file in path.parent.glob(f"{path.name}.*.owner"):
        is_gone(path, file.name.removeprefix(f"{path.name}.").removesuffix(".owner"))


def living(path: Path) -> bool:
    """Whether a process writes to the journal at `path`."""
    forget_dead(path)
    return any(path.parent.glob(f"{path.name}.*.owner"))


def _file(path: Path, name: str) -> Path:
    return path.with_name(f"{path.name}.{name}.owner")
