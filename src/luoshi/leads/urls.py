"""Addresses of the investment line."""

from django.urls import path

from luoshi.leads.staff import imports, listing, record

urlpatterns = [
    path("work/companies/", listing.page, name="companies"),
    path("work/companies/find/", listing.typed, name="companies-find"),
    path("work/companies/likely/", record.likely, name="companies-likely"),
    path("work/companies/export.csv", listing.export, {"kind": "csv"}, name="companies-csv"),
    path("work/companies/export.xlsx", listing.export, {"kind": "xlsx"}, name="companies-xlsx"),
    path("work/companies/add/", record.add, name="company-add"),
    path("work/companies/import/", imports.page, name="companies-import"),
    path("work/companies/import/template.xlsx", imports.template, name="companies-template"),
    path("work/companies/<uuid:ref>/", record.page, name="company"),
    path("work/companies/<uuid:ref>/merge/", record.merge, name="company-merge"),
    path("work/companies/<uuid:ref>/do/<slug:verb>/", record.do, name="company-do"),
]
