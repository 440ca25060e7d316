"""Addresses of the investment line."""

from django.urls import path

from luoshi.leads.public import answer
from luoshi.leads.staff import imports, listing, rates, record
from luoshi.leads.staff.deals import listing as leads
from luoshi.leads.staff.deals import occasions, promises, views
from luoshi.leads.staff.deals import record as lead

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
    path("work/leads/", leads.page, name="leads"),
    path("work/leads/board/", leads.board, name="leads-board"),
    path("work/leads/places/", leads.places, name="leads-places"),
    path("work/leads/doubles/", leads.doubles, name="leads-doubles"),
    path("work/leads/export.csv", leads.export, {"kind": "csv"}, name="leads-csv"),
    path("work/leads/export.xlsx", leads.export, {"kind": "xlsx"}, name="leads-xlsx"),
    path("work/leads/import/", imports.page, {"kind": "leads"}, name="leads-import"),
    path("work/leads/import/template.xlsx", imports.template, {"kind": "leads"}, name="leads-template"),
    path("work/leads/rates/", rates.page, name="rates"),
    path("work/leads/rates/import/", imports.page, {"kind": "rates"}, name="rates-import"),
    path("work/leads/rates/import/template.xlsx", imports.template, {"kind": "rates"}, name="rates-template"),
    path("work/leads/funnel/", views.funnel, name="leads-funnel"),
    path("work/leads/day/", views.day, name="leads-day"),
    path("work/leads/brief/", views.brief, name="leads-brief"),
    path("work/leads/add/", lead.add, name="lead-add"),
    path("work/leads/<uuid:ref>/", lead.page, name="lead"),
    path("work/leads/<uuid:ref>/do/<slug:verb>/", lead.do, name="lead-do"),
    path("work/leads/<uuid:ref>/papers/<uuid:paper>/", lead.paper, name="lead-paper"),
    path("work/promises/", promises.page, name="promises"),
    path("work/promises/<uuid:ref>/", promises.keep, name="promise-keep"),
    path("work/occasions/", occasions.page, name="occasions"),
    path("work/occasions/<uuid:ref>/", occasions.one, name="occasion"),
    path("work/occasions/<uuid:ref>/do/<slug:verb>/", occasions.do, name="occasion-do"),
    path("answer/<str:code>/", answer.answer, name="answer"),
]
