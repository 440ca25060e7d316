"""Addresses of the targets: the public list, its file, and the form for a light."""

from django.urls import path

from luoshi.figures.targets import pages

urlpatterns = [
    path("targets/", pages.page, name="targets"),
    path("targets.csv", pages.as_csv, name="targets-csv"),
    path("work/targets/<int:year>/<str:figure>/", pages.light, name="targets-light"),
    path("work/targets/<int:year>/<str:figure>/lift/", pages.lift, name="targets-lift"),
]
