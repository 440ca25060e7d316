"""Which companies were met at which occasion: rows that follow the contacts that stand, in the caller's transaction."""

from collections.abc import Iterable
from datetime import date

from django.db import models

from luoshi.kernel.text import T
from luoshi.leads import reads
from luoshi.leads.models import Company, Met, Occasion
from luoshi.leads.occasions import CANCELLED


def no_meeting(occasion: Occasion, day: date) -> T | None:
    """Why nobody was met there on that day; a contact may be noted for a later day than the last."""
    if occasion.state == CANCELLED:
        return T("这次活动已取消", "this occasion was cancelled")
    if day < occasion.first_day:
        return T("早于活动的第一天 {day}", "is before the first day of the occasion, {day}").fill(
            day=occasion.first_day.isoformat()
        )
    return None


def meeting(company: Company, occasion: Occasion | None) -> list[models.Model]:
    """The row by which a company was met there, where there is none yet."""
    if occasion is None or Met.objects.filter(company=company.pk, occasion=occasion).exists():
        return []
    return [Met(company=company, occasion=occasion)]


def follow(company: Company, contacts: Iterable[reads.Happened]) -> None:
    """The company was met where its standing contacts say, and nowhere else."""
    said = {ref for one in contacts if (ref := one.body.get("met_at"))}
    Met.objects.filter(company=company).exclude(occasion__log_id__in=said).delete()
    rows = [Met(company=company, occasion=one) for one in Occasion.objects.filter(log_id__in=said)]
    Met.objects.bulk_create(rows, ignore_conflicts=True)
