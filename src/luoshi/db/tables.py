"""Which tables the roles see differently: the log only grows, the private ones are not shown to the read role."""

from typing import Final

LOG: Final = ("event", "installation", "log_leaf", "checkpoint")
PRIVATE: Final = (
    "event_private", "event_salt", "case_private", "case_code", "notice", "idempotency", "tries", "django_session",
    "person.password", "procrastinate_jobs.args", "open311_key.hash",
)  # fmt: skip
