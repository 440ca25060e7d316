"""Keys of the clients that may post."""

from django.db import models


class Key(models.Model):
    """A client's key, only as a hash. `most` posts a minute (None: the setting's); `used` of them since `since`."""

    name = models.TextField()
    hash = models.BinaryField(unique=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    most = models.IntegerField(null=True)
    since = models.DateTimeField(null=True)
    used = models.IntegerField(default=0)

    class Meta:
        db_table = "open311_key"
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(ended_at=None), name="open311_key_name")
        ]
