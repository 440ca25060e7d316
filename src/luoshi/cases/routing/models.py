"""Tables of the routing rules, a list a version, and of the standard texts."""

from django.db import models

from luoshi.kernel import installation
from luoshi.kernel.models import new_id
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Person, Unit


class RoutingList(models.Model):
    """One version of the whole list; the one with the highest number holds. Never changed, so that it can be restored.

    `sample` open cases were tried before it was saved, `moved` of them would have gone elsewhere.
    """

    log_id = models.UUIDField(unique=True, default=new_id)
    number = models.IntegerField(unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    reason = models.TextField()
    restores = models.IntegerField(null=True)
    sample = models.IntegerField()
    moved = models.IntegerField()

    class Meta:
        db_table = "routing_list"

    @property
    def sim(self) -> bool:
        """Rules of a demo are simulated."""
        return installation.current().demo


class RoutingRule(models.Model):
    """One rule: category × place × time → unit; an empty condition fits everything. Times in the city's time.

    `days`: workday, restday or empty. `hour_to` before `hour_from` goes over midnight, `season_*` (MM-DD, both included)
    over the new year.
    """

    list = models.ForeignKey(RoutingList, models.CASCADE, related_name="rules")
    position = models.IntegerField()
    category = models.TextField(blank=True)
    division = models.CharField(max_length=12, blank=True)
    days = models.TextField(blank=True)
    hour_from = models.TimeField(null=True)
    hour_to = models.TimeField(null=True)
    season_from = models.CharField(max_length=5, blank=True)
    season_to = models.CharField(max_length=5, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        db_table = "routing_rule"
        constraints = [models.UniqueConstraint(fields=["list", "position"], name="routing_rule_once")]


class StandardText(models.Model):
    """A text that is often needed in one field of one move, for all categories or those under one."""

    log_id = models.UUIDField(unique=True, default=new_id)
    verb = models.TextField()
    field = models.TextField()
    category = models.TextField(blank=True)
    title = models.TextField()
    text = models.TextField()
    state = models.TextField(default="used")
    status = models.TextField(default="going")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()
    unit_id: int | None = None  # of the whole city

    class Meta:
        db_table = "standard_text"

    @property
    def sim(self) -> bool:
        """Texts of a demo are simulated."""
        return installation.current().demo

    def owned_by(self, viewer: Viewer) -> bool:
        """They belong to nobody."""
        return False
