"""Addresses of the notices."""

from django.urls import path

from luoshi.ports.notify import pages

urlpatterns = [path("notify/", pages.choices, name="notify")]
