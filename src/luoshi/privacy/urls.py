"""Addresses of privacy."""

from django.urls import path

from luoshi.privacy import pages

urlpatterns = [
    path("privacy/", pages.erase, name="privacy"),
    path("audit/unmasked/", pages.unmasked, name="unmasked"),
]
