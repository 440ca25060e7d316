"""Tables of the figures: derived data, which can be made anew from the log."""

from django.db import models


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
