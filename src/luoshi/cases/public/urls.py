"""Addresses of the public's pages."""

from django.urls import path

from luoshi.cases.public import report

urlpatterns = [
    path("report/", report.report, name="report"),
    path("report/map.svg", report.picture),
    path("report/done", report.done),
]
