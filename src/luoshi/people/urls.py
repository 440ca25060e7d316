"""Addresses of log-ins and of the three administrators."""

from django.urls import path

from luoshi.people import admins, audit, views
from luoshi.people.admin.pages import add, appointments, hand, importing, listing, person, unit, units
from luoshi.people.cover import pages as cover
from luoshi.people.second import pages as second

urlpatterns = [
    path("login/", views.enter, name="login"),
    path("login/second/", second.enter, name="second-step"),
    path("second/", second.own, name="second"),
    path("logout/", views.leave, name="logout"),
    path("password/", views.password, name="password"),
    path("security/", admins.security, name="security"),
    path("security/end/", admins.end, name="security-end"),
    path("security/factor/", admins.reset_factor, name="security-factor"),
    path("system/", admins.system, name="system"),
    path("work/cover/", cover.page, name="cover"),
    path("work/cover/<uuid:cover>/end/", cover.end, name="cover-end"),
    path("people/", listing.page, name="people"),
    path("people/export.csv", listing.export, {"kind": "csv"}, name="people-csv"),
    path("people/export.xlsx", listing.export, {"kind": "xlsx"}, name="people-xlsx"),
    path("people/add/", add.page, name="people-add"),
    path("people/import/", importing.page, name="people-import"),
    path("people/import/template.xlsx", importing.template, name="people-template"),
    path("people/hand-over/", hand.page, name="people-hand-over"),
    path("people/appointments/", appointments.page, name="appointments"),
    path("people/appointments/<uuid:ref>/<slug:verb>/", appointments.do, name="appointment-do"),
    path("people/units/", units.page, name="units"),
    path("people/units/add/", units.add, name="unit-add"),
    path("people/units/export.xlsx", units.export, name="units-xlsx"),
    path("people/units/<uuid:ref>/", unit.page, name="unit"),
    path("people/units/<uuid:ref>/do/<slug:verb>/", unit.do, name="unit-do"),
    path("people/<uuid:ref>/", person.page, name="person"),
    path("people/<uuid:ref>/do/<slug:verb>/", person.do, name="person-do"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export.csv", audit.export, name="audit-export"),
]
