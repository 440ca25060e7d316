"""Addresses of the published reports."""

from django.urls import path

from luoshi.figures.package import pages

urlpatterns = [
    path("", pages.index, name="reports"),
    path("<uuid:ref>/<str:name>", pages.file),
]
