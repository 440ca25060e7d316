"""Photographs over HTTP, each behind the check of its case. A tracking page passes a proof, never the code."""

from typing import Final
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from luoshi.cases import photos, reads
from luoshi.cases.models import Case, Photo
from luoshi.kernel.problems import Absent
from luoshi.kernel.viewer import Viewer
from luoshi.people import viewer as viewers

_SALT: Final = "luoshi.photo"
_SECONDS: Final = 3600


def address(photo: Photo, case: Case | None = None) -> str:
    """Where a photograph is shown; with `case` for its reporter, for an hour."""
    if case is None:
        return f"/photo/{photo.pk}/"
    proof = signing.dumps([str(photo.pk), str(case.log_id)], salt=_SALT)
    return f"/photo/{photo.pk}/?p={proof}"


def _viewer(request: HttpRequest, identity: UUID) -> Viewer:
    try:
        photo, subject = signing.loads(request.GET.get("p", ""), salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError):
        return viewers.of_request(request)
    return viewers.holder(subject) if photo == str(identity) else viewers.of_request(request)


@require_safe
def photo(request: HttpRequest, identity: UUID) -> HttpResponse:
    """`/photo/<uuid>/`. Raises Absent where the viewer may not see its case, and where it is not released to them."""
    found = reads.photo(_viewer(request, identity), identity)
    try:
        data = photos.path(found.pk).read_bytes()
    except FileNotFoundError:
        raise Absent from None
    response = HttpResponse(data, content_type="image/jpeg")
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
