"""A lead: one project from the first word of it to full production."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from luoshi.kernel.models import Searchable, new_id
from luoshi.kernel.viewer import Viewer
from luoshi.leads.models.company import Company
from luoshi.leads.models.occasion import Occasion
from luoshi.people.models import Person, Unit

EARLY = Q(state__in=["lead", "engaged", "talking"])
GOING = Q(status="going")


class Lead(Searchable):
    """One project. Money in fen of yuan (`agreed`, `fixed`, `in_place`) or minor units of `currency` (`amount`).

    An amount that is not known is None. `papers`: the kinds of its documents.
    """

    log_id = models.UUIDField(unique=True, default=new_id)
    sim = models.BooleanField(default=False)
    state = models.TextField(default="lead")
    status = models.TextField(default="going")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()
    number = models.TextField(unique=True)
    name = models.TextField()
    about = models.TextField(blank=True)
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="leads")
    # a district or county, 12 digits, and a letter of GB/T 4754; empty where not known
    county = models.TextField(blank=True)
    industry = models.TextField(blank=True)
    # finer: what it makes, in the city's own words
    sector = models.TextField(blank=True)
    occasion = models.ForeignKey(Occasion, models.PROTECT, null=True, related_name="leads")
    officer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    level = models.TextField(default="open")
    shown_to = ArrayField(models.BigIntegerField(), default=list)
    came_at = models.DateTimeField()
    # when each stage was reached, as it happened
    engaged_at = models.DateTimeField(null=True)
    talking_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    landed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    producing_at = models.DateTimeField(null=True)
    full_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(blank=True)
    touched_at = models.DateTimeField()
    # the clock that runs now: respond, judge, feedback, report; empty where none does
    clock = models.TextField(blank=True)
    due_kind = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    currency = models.TextField(default="CNY")
    amount = models.BigIntegerField(null=True)
    agreed = models.BigIntegerField(null=True)
    fixed = models.BigIntegerField(null=True)
    in_place = models.BigIntegerField(default=0)
    papers = ArrayField(models.TextField(), default=list)
    # whom it stands for, or who stands for it, where the same project was noted twice
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_rows", db_index=False)
    absorbed = models.SmallIntegerField(default=0)
    state_before = models.TextField(blank=True)
    # the project whose investor changed: this one counts anew
    succeeds = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors", db_index=False)
    # why it is not the same as the signed project of that company that it resembles
    apart = models.TextField(blank=True)
    corrected = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "lead"
        indexes = [
            GinIndex(fields=["tokens"], name="lead_tokens"),
            GinIndex(fields=["shown_to"], condition=Q(signed_at=None), name="lead_named"),
            models.Index(fields=["-updated_at", "-id"], name="lead_newest"),
            models.Index(fields=["state", "-updated_at", "-id"], name="lead_state_newest"),
            models.Index(fields=["county", "-updated_at", "-id"], name="lead_county_newest"),
            models.Index(fields=["officer", "-updated_at", "-id"], name="lead_officer_newest"),
            models.Index(fields=["company"], name="lead_company"),
            models.Index(fields=["occasion", "state"], name="lead_occasion"),
            models.Index(fields=["-signed_at", "-id"], condition=Q(signed_at__isnull=False), name="lead_signed"),
            models.Index(fields=["officer", "due_at", "id"], condition=Q(due_at__isnull=False), name="lead_due"),
            models.Index(fields=["warn_at"], condition=Q(warn_at__isnull=False), name="lead_warn"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="lead_merged"),
        ]  # fmt: skip

    def owned_by(self, viewer: Viewer) -> bool:
        """Whoever has it in hand, or (for the company) whoever holds its link."""
        return self.officer_id in viewer.persons or viewer.subject == str(self.log_id)

    granted: Sequence[Any] = ()
    """Waivers that are not written yet, put here by whoever brings in leads with their history."""

    @cached_property
    def waived(self) -> list[Any]:
        """What was waived and still holds."""
        from luoshi.leads.reads.lead import waivers

        return [*self.granted, *waivers(self)]
