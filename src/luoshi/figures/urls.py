"""Addresses of the figures: what there is, one figure, its records, its files."""

from django.urls import path

from luoshi.figures import difference_page, pages, records_page

urlpatterns = [
    path("figure/", pages.catalogue, name="figures"),
    path("figure/<str:name>.json", pages.as_json),
    path("figure/<str:name>.csv", pages.as_csv),
    path("figure/<str:name>/records", records_page.show),
    path("figure/<str:name>/difference", difference_page.show),
    path("figure/<str:name>", pages.show, name="figure"),
]
