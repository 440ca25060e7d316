"""Addresses of the hotline desk, under /work/hotline/."""

from django.urls import path

from luoshi.cases.staff.hotline import calls, page

urlpatterns = [
    path("", page.call, name="hotline"),
    path("look/", page.looked, name="hotline-look"),
    path("hand-on/", page.handed, name="hotline-hand-on"),
    path("calls/", calls.calls, name="hotline-calls"),
    path("calls/<str:number>/show/", calls.show, name="hotline-show"),
]
