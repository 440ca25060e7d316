"""Occasions 招商活动: conferences, signing ceremonies, visits."""

from django.db import models

from luoshi.kernel.models import new_id
from luoshi.kernel.viewer import Viewer
from luoshi.leads.models.company import Company


class Occasion(models.Model):
    """An occasion at which companies are met and agreements signed. `cost` in fen; None is unknown."""

    log_id = models.UUIDField(unique=True, default=new_id)
    sim = models.BooleanField(default=False)
    state = models.TextField(default="planned")
    status = models.TextField(default="going")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()
    name = models.TextField()
    kind = models.TextField()
    place = models.TextField(blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    cost = models.BigIntegerField(null=True)
    # where what is said of it comes from, or what was assumed
    source = models.TextField(blank=True)

    unit_id: int | None = None

    class Meta:
        db_table = "occasion"
        constraints = [models.UniqueConstraint(fields=["name", "first_day"], name="occasion_once")]
        indexes = [models.Index(fields=["-first_day", "-id"], name="occasion_newest")]

    def owned_by(self, viewer: Viewer) -> bool:
        """An occasion is nobody's."""
        return False


class Met(models.Model):
    """A company with a contact at an occasion that stands; each once. Its contacts' events say so, in the restricted part."""

    occasion = models.ForeignKey(Occasion, models.PROTECT, related_name="met", db_index=False)
    company = models.ForeignKey(Company, models.CASCADE, related_name="met")

    class Meta:
        db_table = "occasion_met"
        constraints = [models.UniqueConstraint(fields=["occasion", "company"], name="occasion_met_once")]
