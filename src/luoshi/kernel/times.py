"""Times as they come from PostgreSQL, read by Python's own parser: psycopg's costs more than the rest of a list's row."""

from datetime import UTC, datetime
from typing import Any

from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader


class Times(TimestamptzLoader):
    """`2021-12-29 01:00:00.5+00` as a time in UTC; `timezone` says so to Django, which else brings its own loader."""

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        """The moment in UTC. Raises DataError for what Python has no time for, such as `infinity`."""
        try:
            found = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)
        return found if found.tzinfo is UTC else found.astimezone(UTC)


def register(connection: Any, **_: Any) -> None:
    """Let a new connection of Django's read times so; a receiver of `connection_created`."""
    if connection.vendor == "postgresql":
        connection.connection.adapters.register_loader("timestamptz", Times)
