"""What all tests take as given: the moment, Wednesday 2021-12-29 09:00 in Baotou, and which database they speak to."""

from datetime import UTC, datetime

NOW = datetime(2021, 12, 29, 1, tzinfo=UTC)


def connect(url: str) -> None:
    """Point Django's connection at an address."""
    from django.db import connection, connections

    from luoshi.settings import _database

    connection.close()
    connections["default"].settings_dict.update(_database(url))
