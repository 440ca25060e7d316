"""What is to be sent and was sent; what each person wants; which systems listen. All of it private."""

import uuid
from typing import Final

from django.db import models
from django.db.models import Q

from luoshi.people.models import Person

MAIL: Final = "mail"
SMS: Final = "sms"
HOOK: Final = "hook"


class Hook(models.Model):
    """Another system that is told by webhook; its secret is made from ours and the id, and kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.TextField()
    url = models.TextField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notify_hook"
        constraints = [models.UniqueConstraint(fields=["name"], condition=Q(ended_at=None), name="notify_hook_name")]


class Message(models.Model):
    """One message. The id is random: the code that a message carries is made from it and stands nowhere.

    `subject` is the record's id in the log, `number` the one people know. `cause` tells apart what a record gave
    rise to, so that nothing is said twice. `not_before` is the city's time, kept quiet hours in mind.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    line = models.TextField(blank=True)
    subject = models.UUIDField(null=True)
    number = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    hook = models.ForeignKey(Hook, models.CASCADE, null=True, related_name="+")
    channel = models.TextField()
    address = models.TextField(blank=True)
    title = models.TextField(blank=True)
    text = models.TextField()
    at = models.DateTimeField()
    not_before = models.DateTimeField()
    queued = models.BooleanField(default=False)
    tries = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    fault = models.TextField(blank=True)

    class Meta:
        db_table = "notify_message"
        indexes = [
            models.Index(fields=["subject"], name="notify_subject"),
            models.Index(fields=["-at"], name="notify_newest"),
            models.Index(fields=["not_before"], condition=Q(queued=False), name="notify_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "cause", "hook"], condition=~Q(cause=""), nulls_distinct=False, name="notify_once"
            )
        ]


class Choice(models.Model):
    """What a person wants to be told, and where. Times are minutes after midnight in the city."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    mail = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    english = models.BooleanField(default=False)
    digest = models.BooleanField(default=False)
    digest_at = models.SmallIntegerField(default=8 * 60)
    digest_on = models.DateField(null=True)  # the day of the last one
    at_once = models.TextField(default="none")  # none, late, all
    quiet_from = models.SmallIntegerField(default=21 * 60)
    quiet_to = models.SmallIntegerField(default=8 * 60)

    class Meta:
        db_table = "notify_choice"


class Told(models.Model):
    """Something of which a person was told at once, so that it is said once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    item = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "notify_told"
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="notify_told_once")]
