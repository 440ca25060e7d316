"""Addresses of the import pages, under /work/import/."""

from django.urls import path

from luoshi.ports.importer import pages

urlpatterns = [
    path("", pages.page, name="import"),
    path("<uuid:run>/", pages.one, name="import-run"),
    path("<uuid:run>/mapping.toml", pages.toml, name="import-toml"),
    path("<uuid:run>/refused.csv", pages.refused, name="import-refused"),
]
