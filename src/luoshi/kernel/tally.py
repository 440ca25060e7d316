"""Sums of a table by some of its columns, kept by every statement that writes the table.

Each statement adds what it changed as rows of their own, so that two writers never wait for the same counter; `fold`, called
now and then, puts them together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Tally:
    """The table `name` holds sums of rows of `table`: by `keys` (column → SQL over a row, with its type), of `sums` (the same)."""

    name: str
    table: str
    keys: Mapping[str, tuple[str, str]]
    sums: Mapping[str, tuple[str, str]]

    @property
    def _rows(self) -> str:
        return f'"{self.table}"'

    @property
    def _columns(self) -> str:
        return ", ".join((*self.keys, *self.sums))

    def _part(self, source: str, sign: str = "") -> str:
        values = [f"{sql} AS {name}" for name, (sql, _) in self.keys.items()]
        values += [f"{sign}({sql}) AS {name}" for name, (sql, _) in self.sums.items()]
        return f"SELECT {', '.join(values)} FROM {source}"

    def _summed(self, parts: str) -> str:
        sums = [f"sum({name}) AS {name}" for name in self.sums]
        moved = " OR ".join(f"sum({name}) <> 0" for name in self.sums)
        keys = ", ".join(self.keys)
        return (
            f"INSERT INTO {self.name} ({self._columns}) "
            f"SELECT {keys}, {', '.join(sums)} FROM ({parts}) AS parts GROUP BY {keys} HAVING {moved}"
        )

    def _trigger(self, event: str, parts: str, named: str) -> str:
        name = f"{self.name}_{event.lower()}"
        return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {self._summed(parts)};
  RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON {self._rows} REFERENCING {named} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""

    @property
    def up(self) -> str:
        """The statements that make the table and its triggers, with the sums of what is there."""
        columns = ", ".join(f"{name} {kind}" for name, (_, kind) in (*self.keys.items(), *self.sums.items()))
        new, old = self._part("new_rows"), self._part("old_rows", "-")
        return (
            f"CREATE TABLE {self.name} ({columns});\n{self._summed(self._part(self._rows))};\n"
            + self._trigger("INSERT", new, "NEW TABLE AS new_rows")
            + self._trigger("UPDATE", f"{new} UNION ALL {old}", "OLD TABLE AS old_rows NEW TABLE AS new_rows")
            + self._trigger("DELETE", old, "OLD TABLE AS old_rows")
        )

    @property
    def down(self) -> str:
        """The statements that take both away again."""
        names = [f"{self.name}_{event}" for event in ("insert", "update", "delete")]
        gone = [f"DROP TRIGGER {name} ON {self._rows}; DROP FUNCTION {name}();" for name in names]
        return "\n".join([*gone, f"DROP TABLE {self.name};"])

    def fold(self) -> int:
        """Put the changes together; gives how many rows are left. Twice does no harm."""
        gone = "SELECT * FROM gone"
        with connection.cursor() as cursor:
            cursor.execute(f"WITH gone AS (DELETE FROM {self.name} RETURNING {self._columns}) {self._summed(gone)}")
            return int(cursor.rowcount)
