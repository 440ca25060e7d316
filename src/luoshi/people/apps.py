"""Divisions, units, persons, posts as a Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who works where, and which places there are."""

    name = "luoshi.people"
    label = "people"
    open_tables = ("unit_succession",)
