"""Tables of the figures: derived data, which can be made anew from the log, and the reported values."""

from typing import Any

from django.db import models

from luoshi.kernel import installation
from luoshi.kernel.models import new_id
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Person


class Ours:
    """What all rows of figures have: those of a demo are simulated, and they belong to nobody."""

    @property
    def sim(self) -> bool:
        """Is it a demo's?"""
        return installation.current().demo

    def owned_by(self, viewer: Viewer) -> bool:
        """By nobody."""
        return False


class FactVersion(models.Model):
    """An event of a subject whose events were corrected, as it stands from the place `known` on (`ledger.correct`)."""

    line = models.TextField()
    subject = models.UUIDField()
    place = models.BigIntegerField()
    known = models.BigIntegerField()
    superseded = models.BigIntegerField(null=True)
    verb = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.JSONField()

    class Meta:
        db_table = "fact_version"
        constraints = [models.UniqueConstraint(fields=["subject", "place", "known"], name="fact_version_once")]


class FactFolded(models.Model):
    """Up to which size of the log a line's corrections stand in `FactVersion`."""

    line = models.TextField(primary_key=True)
    size = models.BigIntegerField()

    class Meta:
        db_table = "fact_folded"


class FactLife(models.Model):
    """As of which size of the log a line's rows of subjects stand in PostgreSQL (`subjects.py`)."""

    line = models.TextField(primary_key=True)
    size = models.BigIntegerField()

    class Meta:
        db_table = "fact_life"


class FigureAnswer(models.Model):
    """An answer that pages show, computed beforehand (`board.py`); `said` is JSON of whole numbers."""

    fingerprint = models.TextField()
    by = models.TextField()
    period = models.TextField()
    size = models.BigIntegerField()
    moment = models.BigIntegerField()
    said = models.BinaryField()

    class Meta:
        db_table = "figure_answer"
        constraints = [models.UniqueConstraint(fields=["fingerprint", "by", "period"], name="figure_answer_once")]


class Exact(models.DecimalField):  # type: ignore[type-arg]
    """A number with just the places that it was printed with: PostgreSQL's numeric without a scale of its own."""

    def db_type(self, connection: Any) -> str:
        """Without precision and scale."""
        return "numeric"


class ReportedValue(Ours, models.Model):
    """A published value of a reported figure: one vintage of one period and member ("" is the city). Never overwritten.

    `subject` is the random id by which the log knows figure, period and member together: all their vintages share it.
    """

    subject = models.UUIDField(db_index=True)
    figure = models.TextField()
    period = models.TextField()
    member = models.TextField(blank=True)
    value = Exact(max_digits=34, decimal_places=10)
    vintage = models.DateField()
    release = models.TextField()
    source = models.TextField()
    document = models.TextField()
    page = models.TextField(blank=True)
    address = models.TextField(blank=True)
    note = models.TextField(blank=True)
    placed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    placed_at = models.DateTimeField()
    approved_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    state = models.TextField(default="proposed")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()
    status = "going"  # no move waits for another one
    unit_id: int | None = None  # of the whole city

    class Meta:
        db_table = "reported_value"
        constraints = [
            models.UniqueConstraint(
                fields=["figure", "period", "member", "vintage"], name="reported_value_once",
                condition=models.Q(state__in=("proposed", "approved")),
            )
        ]  # fmt: skip


class Report(Ours, models.Model):
    """A published report: which text, of which period, as of which size of the log, and what the log says of it. Never changed."""

    log_id = models.UUIDField(unique=True, default=new_id)
    report = models.TextField()
    language = models.TextField()
    title = models.TextField()
    period = models.TextField()
    size = models.BigIntegerField()
    declarations = models.TextField()
    numbers = models.TextField()
    published_at = models.DateTimeField(db_index=True)
    published_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    state = models.TextField(default="published")
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "report"


class TargetLight(Ours, models.Model):
    """The light of an annual target as the log has it (`state`), and the one that a person sets instead for a while."""

    subject = models.UUIDField(unique=True)
    figure = models.TextField()
    year = models.IntegerField()
    fingerprint = models.TextField()
    state = models.TextField(default="g")
    size = models.BigIntegerField(default=0)
    instead = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    until = models.DateField(null=True)
    placed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()
    status = "going"  # no move waits for another one
    unit_id: int | None = None  # of the whole city

    class Meta:
        db_table = "target_light"
        constraints = [models.UniqueConstraint(fields=["figure", "year"], name="target_light_once")]
