"""The views of lists that a person keeps for themselves."""

from django.db import models

from luoshi.people.models import Person


class SavedView(models.Model):
    """A name for filters and columns of the list of cases: nobody else's, so no event tells of it.

    `query` is an address without words that were searched for: those may name a person, and nobody would find them
    here when that person's data are to be deleted.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    name = models.TextField()
    query = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "saved_view"
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="saved_view_name")]
