"""Rows that have had their day: answers kept for keys, counted tries. Real time."""

from datetime import timedelta

from luoshi.kernel import clock, idempotency
from luoshi.kernel.jobs import every
from luoshi.kernel.models import Tries


@every("17 * * * *", "kernel.upkeep")
def upkeep() -> None:
    """Once an hour."""
    idempotency.clean()
    Tries.objects.filter(hour__lt=clock.real() - timedelta(hours=2)).delete()
