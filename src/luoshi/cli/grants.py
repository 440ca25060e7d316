"""What the roles may do with the tables. A table that nobody declared open is hidden from the read role."""

from typing import Any

from luoshi.db import roles, tables

# Only the owner changes them.
FIXED = ("django_migrations",)
# Kernel and people; each line adds its own as `open_tables` of its AppConfig.
OPEN = (
    "category",
    "case",
    "event",
    "log_leaf",
    "checkpoint",
    "installation",
    "demo_clock",
    "calendar_day",
    "crossing",
    "division",
    "division_parent",
    "unit",
    "unit_parent",
    "unit_covers",
    "django_migrations",
)


def give(connection: Any) -> None:
    """Give the roles app and read their rights on all tables; run as the owner after each migration."""
    from django.apps import apps
    from django.db import transaction

    shown = set(OPEN)
    for config in apps.get_app_configs():
        shown.update(getattr(config, "open_tables", ()))
    present = connection.introspection.table_names(include_views=True)
    with transaction.atomic():
        roles.grant(
            connection,
            log_tables=tables.LOG,
            fixed_tables=FIXED,
            passing_tables=tables.PASSING,
            private_tables=_hidden(present, shown),
        )
        roles.maintain(connection, [name for name in tables.REWRITTEN if name in present])


def _hidden(present: list[str], shown: set[str]) -> list[str]:
    """Every table that is not shown, and the columns of shown ones that `db.tables` keeps private."""
    columns = [name for name in tables.PRIVATE if "." in name and name.partition(".")[0] in shown.intersection(present)]
    return [table for table in present if table not in shown] + columns
