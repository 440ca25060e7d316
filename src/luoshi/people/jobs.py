"""What time does to units: on the day of a renaming or merging, open work goes over to the heir."""

from luoshi.kernel.jobs import every, job
from luoshi.people.admin.actions.hand import carry as carry_over


@job("people.carry")
def carry() -> None:
    """At once, for a change that holds from today."""
    carry_over()


@every("3 * * * *", "people.carry_hourly")
def carry_hourly() -> None:
    """For those whose day has come."""
    carry_over()
