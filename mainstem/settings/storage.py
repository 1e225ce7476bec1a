"""What is kept, where, and for how long."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from ..trust import NeedsTrust

HOME = ".mainstem"
"""What the home folder is called when no setting says otherwise."""


class StorageSettings(BaseSettings):
    """What is kept, where, and for how long."""

    home: Annotated[Path, NeedsTrust()] = Field(
        default=Path(HOME),
        description="Folder that holds the index, the threads, the runs' journal and the notes.",
    )
    database_url: Annotated[SecretStr | None, NeedsTrust()] = Field(
        default=None,
        description="postgresql://USER@HOST/DATABASE: threads, runs, approvals, keys, tokens, budgets and documents "
        "are kept there and shared by all that name it (the extra `postgres`). Unset: in files under the home.",
    )
    lease_seconds: float = Field(
        default=3.0,
        ge=0.5,
        description="Seconds after which a process that shares a database and is not heard of is taken for dead: "
        "others go on with its runs.",
    )
    journal_days: float = Field(
        default=30.0,
        gt=0,
        description="Days after which a recorded run is pruned; a tenth of the runs an hour at most.",
    )
    journal_mb: float = Field(
        default=500.0, gt=0, description="Recorded runs are pruned, oldest first, beyond this size (megabytes of JSON)."
    )
    log_mb: float = Field(
        default=4.0,
        gt=0,
        description="Events of a run kept in memory (megabytes of JSON); the rest waits in the journal.",
    )
