"""The investment line as a Django application."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Leads 招商引资."""

    name = "luoshi.leads"
    label = "leads"
    open_tables = ("leads_events",)
