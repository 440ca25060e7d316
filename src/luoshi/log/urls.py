"""Addresses of the public log."""

from django.urls import path

from luoshi.log import files, page

urlpatterns = [
    path("", page.show, name="log"),
    path("checkpoint", files.checkpoint),
    path("key", files.key),
    path("policy", files.policy),
    path("tile/<path:path>", files.tile),
]
