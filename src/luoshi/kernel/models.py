"""Tables of the kernel: the log, what may be deleted from it, and the installation's own rows."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Event(models.Model):
    """One thing that happened to one subject. Written only by `ledger.record`, never changed.

    `subject` is the random id of the log, not a case number; `body` holds the open and the restricted fields in the
    clear, for figures; `payload` is what the log commits to and `leaf` its RFC 6962 leaf hash.
    """

    id = models.UUIDField(primary_key=True)
    line = models.TextField()
    subject = models.UUIDField()
    verb = models.TextField()
    act = models.UUIDField()
    actor = models.BigIntegerField(null=True)
    unit = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.JSONField()
    payload = models.BinaryField()
    leaf = models.BinaryField()
    # the event whose body this one replaces (or, as `void`, takes back): only the newest of a chain can be corrected
    corrects = models.UUIDField(null=True)

    class Meta:
        db_table = "event"
        constraints = [
            models.UniqueConstraint(
                fields=["corrects"], condition=models.Q(corrects__isnull=False), name="event_corrects_once"
            )
        ]
        indexes = [
            models.Index(fields=["subject", "recorded_at", "id"], name="event_subject"),
            models.Index(fields=["recorded_at", "id"], name="event_recorded"),
            models.Index(
                fields=["actor", "recorded_at", "id"], name="event_actor", condition=models.Q(actor__isnull=False)
            ),
        ]


class EventPrivate(models.Model):
    """The private body of an event (canonical JSON) with the 32 random bytes that its commitment used; deletable."""

    event = models.OneToOneField(Event, models.DO_NOTHING, primary_key=True, db_constraint=False)
    salt = models.BinaryField()
    body = models.BinaryField()

    class Meta:
        db_table = "event_private"


class EventSalt(models.Model):
    """The secret from which the salts of an event's restricted fields are derived; deletable."""

    event = models.OneToOneField(Event, models.DO_NOTHING, primary_key=True, db_constraint=False)
    secret = models.BinaryField()

    class Meta:
        db_table = "event_salt"


class EventPending(models.Model):
    """An event that is not sealed yet; the sealing worker deletes the row."""

    event = models.OneToOneField(Event, models.DO_NOTHING, primary_key=True, db_constraint=False)

    class Meta:
        db_table = "event_pending"


class LogLeaf(models.Model):
    """The place of a sealed event in the log, from 0 without a gap. Only sealing writes it; nothing changes it."""

    idx = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, models.DO_NOTHING, db_constraint=False)

    class Meta:
        db_table = "log_leaf"


class Checkpoint(models.Model):
    """The log at a size: its root, when it was sealed (the city's time, never going back), and the signed note.

    `seal` is signed over all of that and over the rows before (`ledger/course.py`); rows older than it have none.
    """

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    sealed_at = models.DateTimeField()
    note = models.BinaryField()
    seal = models.BinaryField(null=True)

    class Meta:
        db_table = "checkpoint"
        indexes = [models.Index(fields=["sealed_at", "size"], name="checkpoint_sealed")]


class Idempotency(models.Model):
    """The answer once given to a key at a door, for 24 hours of real time; `subject` is the record that was written."""

    door = models.TextField()
    key = models.TextField()
    asked = models.BinaryField()
    answer = models.JSONField()
    at = models.DateTimeField()
    subject = models.UUIDField(null=True)

    class Meta:
        db_table = "idempotency"
        constraints = [models.UniqueConstraint(fields=["door", "key"], name="idempotency_key")]
        indexes = [models.Index(fields=["at"], name="idempotency_at")]


class Installation(models.Model):
    """What this installation is. One row, written at its creation; a trigger refuses to change or remove it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    demo = models.BooleanField()
    origin = models.TextField()
    city = models.TextField()
    name_zh = models.TextField()
    name_en = models.TextField()
    pack = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "installation"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_one")]


class DemoClock(models.Model):
    """The demo's clock (`clock.py`); no row in a real city."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    base = models.DateTimeField()
    since = models.DateTimeField(null=True)
    beat = models.DateTimeField(null=True)

    class Meta:
        db_table = "demo_clock"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="demo_clock_one")]


class Crossing(models.Model):
    """A threshold that a clock of a subject crossed: written once, so that a warning is sent once."""

    subject = models.UUIDField()
    clock = models.TextField()
    threshold = models.TextField()
    due_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        db_table = "crossing"
        constraints = [
            models.UniqueConstraint(fields=["subject", "clock", "threshold", "due_at"], name="crossing_once")
        ]


class Tries(models.Model):
    """How often something was tried at a public door within an hour, by a keyed hash of the address."""

    door = models.TextField()
    who = models.BinaryField()
    hour = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        db_table = "tries"
        constraints = [models.UniqueConstraint(fields=["door", "who", "hour"], name="tries_once")]


class CalendarDay(models.Model):
    """A statutory rest day or make-up workday, as announced; loaded from the pack, editable."""

    date = models.DateField(primary_key=True)
    off = models.BooleanField()
    name = models.TextField()

    class Meta:
        db_table = "calendar_day"


class Searchable(models.Model):
    """Abstract: a row that is found by its words (`search.py`)."""

    tokens = ArrayField(models.TextField(), default=list)

    class Meta:
        abstract = True


def new_id() -> uuid.UUID:
    """A random id by which the log knows a subject."""
    return uuid.uuid4()
