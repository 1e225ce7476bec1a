"""Why nothing, or not all, was moved."""

from ...stream.errors import MainstemError


class MigrationError(MainstemError):
    """What a home keeps cannot be moved."""

    hint = "Nothing was changed."


class Conflict(MigrationError):
    """The database holds something else where this is to be kept."""

    hint = "Nothing was moved: name an empty database in MAINSTEM_DATABASE_URL, or remove it there."


class NotEqual(MigrationError):
    """What was moved is not what was there."""

    hint = "Stop what uses the home or the database, and run it again."
