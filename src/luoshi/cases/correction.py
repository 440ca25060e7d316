"""Proposals to correct an event of a case. The log holds what came of them; a proposal is only what waits."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from luoshi.cases.models import Case
from luoshi.people.models import Person


class Correction(models.Model):
    """Which event (the newest of its chain), what is to stand instead, why, and who proposed it in whose place.

    `changes` holds fields of `correcting.FIELDS`: codes of category and division, the key of a unit, a grade, a verdict,
    a time as the ledger writes it. `reason` is free text: deleted with the personal data of the case.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="corrections")
    event = models.UUIDField()
    move = models.TextField()
    void = models.BooleanField(default=False)
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    # the proposer and those in whose place they stood: none of them approves it
    persons = ArrayField(models.BigIntegerField())
    at = models.DateTimeField()
    state = models.TextField(default="open")  # open, done, declined

    class Meta:
        db_table = "case_correction"
        constraints = [
            models.UniqueConstraint(fields=["event"], condition=Q(state="open"), name="correction_open_once")
        ]
        indexes = [models.Index(fields=["at"], condition=Q(state="open"), name="correction_open")]
