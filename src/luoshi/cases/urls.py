"""Addresses of the street line."""

from django.urls import include, path

urlpatterns = [
    path("", include("luoshi.cases.public.urls")),
    path("work/", include("luoshi.cases.staff.urls")),
    path("work/hotline/", include("luoshi.cases.staff.hotline.urls")),
    path("work/", include("luoshi.cases.routing.urls")),
]
