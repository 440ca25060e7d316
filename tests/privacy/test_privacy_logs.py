"""What goes wrong is told in the log without what it went wrong on: neither codes nor rows."""

import logging
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from server_log import server_log

from luoshi.cases.models import Case, CasePrivate
from luoshi.db import place

NAME = "欧阳标记"


def test_a_row_that_is_refused_is_in_no_log(server: Any, db: None) -> None:
    with server_log() as log:
        try:
            with transaction.atomic():
                CasePrivate.objects.bulk_create([CasePrivate(case_id=-1, name=NAME)])
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError:
            logging.getLogger("luoshi").exception("it failed at /track/ABCDEFGH2345")
        try:
            with transaction.atomic():
                Case.objects.bulk_create([Case(number=None, channel=NAME)])  # type: ignore[misc]
        except IntegrityError as error:
            assert NAME in str(error), "the error itself quotes the row"
            logging.getLogger("luoshi").exception("and again")
    text = log.getvalue()
    assert "IntegrityError" in text and "and again" in text
    assert NAME not in text and "ABCDEFGH2345" not in text
    found = place.locate(Path(server.home))
    assert found is not None
    said = found.log.read_text("utf-8", "replace")
    assert "null value" in said and NAME not in said


def test_a_traceback_names_no_code(server: Any) -> None:
    with server_log() as log:
        try:
            raise ValueError("no such page: /track/ABCDEFGH2345?x=1")
        except ValueError:
            logging.getLogger("luoshi").exception("oh")
    assert "/track/…" in log.getvalue() and "ABCDEFGH2345" not in log.getvalue()
