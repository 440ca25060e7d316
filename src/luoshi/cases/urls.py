"""Addresses of the street line."""

urlpatterns: list[object] = []
