"""Addresses of log-ins and of the three administrators."""

from django.urls import path

from luoshi.people import admins, views
from luoshi.people.cover import pages as cover

urlpatterns = [
    path("login/", views.enter, name="login"),
    path("logout/", views.leave, name="logout"),
    path("password/", views.password, name="password"),
    path("security/", admins.security, name="security"),
    path("security/end/", admins.end, name="security-end"),
    path("system/", admins.system, name="system"),
    path("work/cover/", cover.page, name="cover"),
    path("work/cover/<uuid:cover>/end/", cover.end, name="cover-end"),
    path("audit/", admins.audit, name="audit"),
]
