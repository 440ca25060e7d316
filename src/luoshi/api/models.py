"""Tokens of the machines that act for a person."""

from django.db import models

from luoshi.people.models import Person


class Token(models.Model):
    """A token, only as a hash; it may do what its person may, until it is ended or the person leaves."""

    name = models.TextField()
    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    hash = models.BinaryField(unique=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_token"
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(ended_at=None), name="api_token_name")
        ]
