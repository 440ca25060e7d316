"""Files that were uploaded to be taken in, and what became of them."""

import uuid
from typing import Final

from django.db import models

from luoshi.people.models import Person

UPLOADED: Final = "uploaded"
QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"


class ImportRun(models.Model):
    """One file. `choice` is what was pressed (`choice.py`); `done` of `total` bytes are read; `counts` is the report's numbers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.TextField()
    suffix = models.TextField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    size = models.BigIntegerField()
    choice = models.JSONField(null=True)
    state = models.TextField(default=UPLOADED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    counts = models.JSONField(null=True)
    problem_zh = models.TextField(blank=True)
    problem_en = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "import_run"
        indexes = [models.Index(fields=["-at"], name="import_run_newest")]
