"""Addresses of log-ins and of the three administrators."""

from django.urls import path

from luoshi.people import admins, audit, views
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
    path("audit/", audit.audit, name="audit"),
    path("audit/export.csv", audit.export, name="audit-export"),
]
