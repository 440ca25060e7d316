"""Addresses of the staff's pages, under /work/."""

from django.urls import path

from luoshi.cases.staff import (
    adopt,
    bulk,
    correcting,
    do,
    enter,
    export,
    followup,
    joint,
    listing,
    near,
    notices,
    record,
    saved,
    unit,
)

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
    path("cases/<str:number>/correct/<uuid:event>/", correcting.propose, name="correct"),
    path("corrections/", correcting.index, name="corrections"),
    path("corrections/<int:key>/", correcting.decide),
    path("cases/<str:number>/do/<str:verb>/", do.do, name="do"),
    path("near/", near.index),
    path("near/<str:number>/", near.one),
    path("joint/", joint.page),
    path("followup/", followup.page),
    path("rates/", unit.index),
    path("rates/<str:code>/", unit.one),
    path("adopt/", adopt.page),
    path("report/", enter.report, name="enter"),
    path("notices/", notices.notices, name="notices"),
]
