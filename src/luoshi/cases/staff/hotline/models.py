"""Tables of the hotline desk: where a call can be handed on, and which calls were. Nothing personal stands in them."""

from django.db import models

from luoshi.kernel.models import new_id
from luoshi.people.models import Person


class CallDesk(models.Model):
    """A number to which calls are handed on, as the pack names it; one that the pack drops is kept and not `used`."""

    code = models.TextField(primary_key=True)
    number = models.TextField()
    zh = models.TextField()
    en = models.TextField()
    when_zh = models.TextField()
    when_en = models.TextField()
    order = models.IntegerField()
    used = models.BooleanField(default=True)

    class Meta:
        db_table = "call_desk"


class CallLog(models.Model):
    """A call that made no case: where it was handed on, how that came out, and nothing of who called or why."""

    log_id = models.UUIDField(unique=True, default=new_id)
    sim = models.BooleanField(default=False)
    desk = models.ForeignKey(CallDesk, models.PROTECT, related_name="+")
    outcome = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "call_log"
        indexes = [models.Index(fields=["at"], name="call_log_at")]
