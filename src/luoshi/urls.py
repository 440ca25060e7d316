"""Addresses: the shell's own, log-ins and administrators, then each line's."""

from django.conf import settings
from django.urls import include, path

from luoshi.log.metrics import metrics

urlpatterns = [
    # the first that fits answers: machines ask most
    path("api/", include("luoshi.api.urls")),
    *([path("open311/", include("luoshi.ports.open311.urls"))] if "cases" in settings.LINES else []),
    path("", include("luoshi.web.urls")),
    path("", include("luoshi.people.urls")),
    *(path("", include(f"luoshi.{name}.urls")) for name in settings.LINES),
    path("work/", include("luoshi.ports.notify.urls")),
    path("work/figures/", include("luoshi.figures.reported.urls")),
    path("", include("luoshi.privacy.urls")),
    path("", include("luoshi.figures.urls")),
    path("reports/", include("luoshi.figures.package.urls")),
    path("", include("luoshi.figures.targets.urls")),
    path("log/", include("luoshi.log.urls")),
    path("metrics", metrics),
    *([path("work/import/", include("luoshi.ports.importer.urls"))] if "cases" in settings.LINES else []),
]
handler400 = "luoshi.web.errors.bad_request"
handler403 = "luoshi.web.errors.forbidden"
handler404 = "luoshi.web.errors.not_found"
handler500 = "luoshi.web.errors.fault"
