"""Addresses of the reported values, under /work/figures/."""

from django.urls import path

from luoshi.figures.reported import pages

urlpatterns = [
    path("", pages.page, name="figures-reported"),
    path("approve/", pages.approve, name="figures-approve"),
    path("<int:ref>/", pages.one, name="figures-value"),
    path("<int:ref>/<str:verb>/", pages.turn, name="figures-turn"),
]
