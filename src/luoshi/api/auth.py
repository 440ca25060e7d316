"""Who calls: the bearer of a token, for reading also the person of a session, else nobody."""

from typing import Final

from django.http import HttpRequest

from luoshi.api import reads
from luoshi.kernel.problems import Problem
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import viewer as viewers
from luoshi.people.sessions import closed

SCHEME: Final = "bearer "


class Unknown(Problem):
    """No token, or one that is not good."""

    status = 401

    def __init__(self) -> None:
        super().__init__(
            T("要一个有效的令牌（Authorization: Bearer …）", "A good token is wanted (Authorization: Bearer …)")
        )


def caller(request: HttpRequest, public: bool) -> Viewer:
    """The viewer of a call; of what is `public` also nobody.

    A session does for reading alone, since other sites can make a browser send its cookie.

    Raises Unknown.
    """
    given = request.headers.get("Authorization", "")
    if given:
        person = None
        if given.lower().startswith(SCHEME) and not closed():
            person = reads.person_of(given[len(SCHEME) :].strip())
        if person is None:
            raise Unknown
        return viewers.of_person(person)
    seen: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method == "GET" and seen.is_staff:
        return seen
    if public:
        return viewers.public()
    raise Unknown
