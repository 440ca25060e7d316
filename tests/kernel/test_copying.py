"""COPY in binary: what stands in the table is what was given."""

from typing import Any

import orjson
import pytest
from django.db import connection

from luoshi.kernel.copying import copy_rows

TEXTS: list[list[str]] = [[], [""], ["路灯", "a b", '"{},\\', "null", "\U00020000"], ["x" * 70_000]]
JSON: list[Any] = [{"名": [1, None, True, 2.5, {"a": ""}]}, [], "", 0, None]


@pytest.mark.parametrize(("kind", "values"), [("text[]", TEXTS), ("jsonb", JSON)])
def test_lists_of_texts_and_json_come_out_as_they_went_in(db: None, kind: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE given (at int, value {kind}) ON COMMIT DROP")
        copy_rows("given", ["at", "value"], enumerate(values), ["int4", kind])
        cursor.execute("SELECT to_jsonb(value)::text FROM given ORDER BY at")
        found = [text for (text,) in cursor.fetchall()]
    assert [text and orjson.loads(text) for text in found] == values
