"""Tables of the investment line."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q

from luoshi.kernel.models import Searchable, new_id
from luoshi.kernel.viewer import Viewer


class Company(Searchable):
    """A company of the register. `tokens`: the words of all its names, and its code."""

    log_id = models.UUIDField(unique=True, default=new_id)
    sim = models.BooleanField(default=False)
    state = models.TextField(default="listed")
    status = models.TextField(default="going")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()
    # unified social credit code (GB 32100-2015), empty where it is not known
    code = models.TextField(blank=True)
    name = models.TextField()
    # where it sits (GB/T 2260), empty where it is not known
    province = models.TextField(blank=True)
    # a letter of GB/T 4754
    industry = models.TextField(blank=True)
    group = models.ForeignKey("self", models.PROTECT, null=True, related_name="members")
    # the one that stands for it since it was merged, and how many were merged into this one
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_rows", db_index=False)
    absorbed = models.SmallIntegerField(default=0)
    contacted_at = models.DateTimeField(null=True)
    # who may see it before one of its projects is signed, and who listed it, where that is not everybody
    level = models.TextField(default="open")
    persons = ArrayField(models.BigIntegerField(), default=list)
    # first letters in Pinyin, with the place that the name begins with and without
    initials = models.TextField(blank=True)
    short_initials = models.TextField(blank=True)

    unit_id: int | None = None  # a company belongs to no unit

    class Meta:
        db_table = "company"
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(state="listed") & ~Q(code=""), name="company_code_once"
            )
        ]
        indexes = [
            GinIndex(fields=["tokens"], name="company_tokens"),
            models.Index(fields=["-updated_at", "-id"], name="company_newest"),
            models.Index(fields=["-updated_at", "-id"], condition=Q(state="merged"), name="company_merged_newest"),
            *(
                models.Index(fields=[name, "-updated_at", "-id"], condition=Q(state="listed"), name=f"company_{name}_newest")
                for name in ("province", "industry")
            ),
            models.Index(
                fields=["-contacted_at", "-id"], condition=Q(state="listed", contacted_at__isnull=False),
                name="company_contacted",
            ),
            models.Index(fields=["name"], name="company_named"),
            *(
                models.Index(OpClass(name, "text_pattern_ops"), name=f"company_{name}")
                for name in ("initials", "short_initials")
            ),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="company_merged"),
        ]  # fmt: skip

    def owned_by(self, viewer: Viewer) -> bool:
        """A company is nobody's."""
        return False


class CompanyName(models.Model):
    """A name that a company had, until the day on which it took another."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="former")
    name = models.TextField()
    until = models.DateField(null=True)

    class Meta:
        db_table = "company_name"
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="company_name_once")]
