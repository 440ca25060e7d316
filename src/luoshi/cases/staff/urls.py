"""Addresses of the staff's pages, under /work/."""

from django.urls import path

from luoshi.cases.staff import do, enter, listing, notices, record

urlpatterns = [
    path("cases/", listing.cases, name="cases"),
    path("cases/<str:number>/", record.case, name="case"),
    path("cases/<str:number>/do/<str:verb>/", do.do, name="do"),
    path("report/", enter.report, name="enter"),
    path("notices/", notices.notices, name="notices"),
]
