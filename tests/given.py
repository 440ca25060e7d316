"""What all tests take as given: the moment, Wednesday 2021-12-29 09:00 in Baotou."""

from datetime import UTC, datetime

NOW = datetime(2021, 12, 29, 1, tzinfo=UTC)
