"""The home folder, made for its owner alone: threads and documents are nobody else's business, and no repository's."""

from contextlib import suppress
from pathlib import Path

from mainstem.settings import HOME


def made(home: Path, below: str = "") -> Path:
    """The folder `below` in `home`, both made unless they are there; a new home is 0700 and ignored by git.

    A home that is there keeps its permissions: whoever made it may share it on purpose. One of the default name that an
    earlier version made open is closed once. Raises `OSError`.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    try:
        home.mkdir(mode=0o700)
    except FileExistsError:
        if not home.is_dir():
            raise
        _close_once(home)
    else:
        _ignore(home)
    folder = home / below
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _close_once(home: Path) -> None:
    if home.name == HOME and not (home / ".gitignore").exists():
        with suppress(OSError):  # it is another user's
            home.chmod(0o700)
        _ignore(home)


def _ignore(home: Path) -> None:
    with suppress(OSError):  # a full or foreign folder is told of where something is kept in it
        (home / ".gitignore").write_text("*\n")
