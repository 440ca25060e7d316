"""Addresses of the shell, included by the project's own."""

from django.urls import path

from luoshi.web import find, mywork, views

urlpatterns = [
    path("lang/<str:code>", views.language, name="language"),
    path("work/", mywork.mywork, name="mywork"),
    path("work/search/", find.find, name="find"),
    path("favicon.ico", views.favicon),
]

handler400 = "luoshi.web.errors.bad_request"
handler403 = "luoshi.web.errors.forbidden"
handler404 = "luoshi.web.errors.not_found"
handler500 = "luoshi.web.errors.fault"
