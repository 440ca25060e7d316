"""Addresses of the public log."""

from django.urls import path

from luoshi.log import check, files, page

urlpatterns = [
    path("", page.show, name="log"),
    path("check", check.check),
    path("proof", check.proof),
    path("checkpoint", files.checkpoint),
    path("handed/<int:size>", files.handed),
    path("key", files.key),
    path("policy", files.policy),
    path("tile/<path:path>", files.tile),
]
