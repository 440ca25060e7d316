"""Listed companies that may be the one of a name: candidates with score and reason for a person, never a decision."""

from typing import Final, NamedTuple

from django.db.models import Q
from rapidfuzz import fuzz, process

from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import kept
from luoshi.leads.flow import LISTED
from luoshi.leads.judging import CODE, judge
from luoshi.leads.models import Company
from luoshi.leads.names import parts
from luoshi.leads.pairs import bigrams
from luoshi.leads.reads.one import visible

LOOKED_AT: Final = 500
JUDGED: Final = 30
LEAST: Final = 50
MOST: Final = 5


class Likely(NamedTuple):
    """A company that may be meant: how near (0–100), and why."""

    company: Company
    score: int
    reason: T


def likely(viewer: Viewer, name: str, code: str = "", but: int | None = None) -> list[Likely]:
    """The likeliest first, at most five, `but` left out; one query.

    What shares a pair of characters with the brand is looked at, the nearest by spelling are judged.
    """
    asked = parts(name, kept.places())
    brand = asked.core if len(asked.core) > 1 else asked.bare
    pairs = bigrams(brand)
    wanted = Q(tokens__overlap=pairs) if pairs else Q(pk__in=[])
    code = kept.code(code)
    wanted |= Q(code=code) if code else Q(pk__in=[])
    rows = {one.pk: one for one in visible(viewer).filter(wanted, state=LISTED)[:LOOKED_AT] if one.pk != but}
    near = process.extract(name, {key: one.name for key, one in rows.items()}, scorer=fuzz.ratio, limit=JUDGED)
    found = []
    for _, _, key in near:
        score, _, text = judge(asked, parts(rows[key].name, kept.places()))
        if code and rows[key].code == code:
            score, text = CODE.top, CODE.text
        found.append(Likely(rows[key], score, text))
    return sorted((one for one in found if one.score >= LEAST), key=lambda one: (-one.score, one.company.name))[:MOST]
