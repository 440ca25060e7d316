"""Who follows somebody else's case: a contact and codes of their own, all of it private and deletable."""

from django.db import models

from luoshi.kernel.models import new_id


class Follower(models.Model):
    """Somebody who reported nothing and wants to know; both contacts may be empty. Messages go by this row's id."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="followers")
    phone = models.TextField(blank=True)
    email = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "case_follower"
        app_label = "cases"


class FollowerCode(models.Model):
    """A code that opens the follower's page, only as a keyed hash."""

    follower = models.ForeignKey(Follower, models.CASCADE, related_name="codes")
    hash = models.BinaryField(unique=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "case_follower_code"
        app_label = "cases"
