"""Which tables the roles see differently: the log only grows, the private ones are not shown to the read role."""

from typing import Final

LOG: Final = ("event", "installation", "log_leaf", "checkpoint")
PASSING: Final = ("event_private", "event_salt", "event_pending")
"""What the application may take away, to forget and to seal, but never change."""
PRIVATE: Final = (
    "event_private", "event_salt", "case_private", "case_code", "idempotency", "tries", "django_session",
    "notify_message", "notify_choice", "notify_hook", "case_follower", "case_follower_code", "case_correction",
    "person.password", "procrastinate_jobs.args", "open311_key.hash",
)  # fmt: skip
# What the application may rewrite, so that deleted personal data do not stay in the database's files.
REWRITTEN: Final = (
    "case_private",
    "event_private",
    "notify_message",
    "idempotency",
    "case_follower",
    "case_correction",
)
