"""Addresses of the staff's pages, under /work/."""

from django.urls import path

from luoshi.cases.staff import bulk, do, enter, export, listing, near, notices, record, saved

urlpatterns = [
    path("cases/", listing.cases, name="cases"),
    path("cases/export.csv", export.as_csv),
    path("cases/export.xlsx", export.as_xlsx),
    path("cases/columns/", saved.choose),
    path("cases/views/", saved.keep),
    path("cases/views/<int:key>/drop/", saved.drop),
    path("cases/bulk/", bulk.preview),
    path("cases/bulk/do/", bulk.do),
    path("cases/<str:number>/", record.case, name="case"),
    path("cases/<str:number>/do/<str:verb>/", do.do, name="do"),
    path("near/", near.index),
    path("near/<str:number>/", near.one),
    path("report/", enter.report, name="enter"),
    path("notices/", notices.notices, name="notices"),
]
