"""Addresses of the Open311 server."""

from django.urls import re_path

from luoshi.ports.open311 import views

urlpatterns = [re_path(r"^v2/(?P<path>(?s:.*))\Z", views.door)]
