"""Addresses of the public's pages."""

from django.urls import path, re_path

from luoshi.cases.public import browse, feed, follow, home, lost, pictures, receipts, report, track, wall

urlpatterns = [
    path("", home.home, name="home"),
    path("wall/", wall.wall),
    path("cases/", browse.index),
    path("cases/feed.atom", feed.feed, {"form": "atom"}),
    path("cases/feed.rss", feed.feed, {"form": "rss"}),
    path("cases/<str:number>/", browse.one),
    path("cases/<str:number>/follow/", follow.follow),
    path("follow/done", follow.done),
    path("report/", report.report, name="report"),
    path("report/map.svg", report.picture),
    path("report/done", report.done),
    path("receipt", receipts.file),
    path("track/", track.lookup),
    path("track/lost", lost.lost),
    # whatever stands there is a code that opens nothing, so that all mistyped ones look the same
    re_path(r"^track/(?P<code>(?s:.+?))/?\Z", track.track),
    path("photo/<uuid:identity>/", pictures.photo),
]
