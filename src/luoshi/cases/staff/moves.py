"""What can be done with a case now, what cannot and why: panels of the record page, from the one table of moves."""

from collections.abc import Mapping
from typing import Final

from django.http import QueryDict
from django.utils.safestring import SafeString

from luoshi.cases.flow import FLOW, HOLDER, SYSTEM
from luoshi.cases.line import next_move
from luoshi.cases.rights import GRANTS
from luoshi.cases.staff import inputs
from luoshi.cases.staff.scene import Scene
from luoshi.kernel.flow import Move, Offer
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.people.roles import ROLES
from luoshi.web.forms import new_key
from luoshi.web.markup import format_html, format_html_join

# What these guards say is the usual state of a case and tells nobody anything.
SILENT: Final = frozenset(
    {
        "has_reporter",
        "found_by_staff",
        "returned_before",
        "extension_asked",
        "followup_due",
        "not_contacted",
        "not_part",
        "is_part",
    }
)
# What is missing and can be supplied; other guards say why it will not be possible.
SUPPLIED: Final = frozenset({"has_evidence"})
CLOSED_TO_STAFF: Final = frozenset({HOLDER, SYSTEM})
HINTS: Final[Mapping[str, T]] = {
    "ask_extension": T("到期前可申请一次，由他人批", "Once, before it is due; somebody else decides"),
    "send_back": T("只能退一次", "Possible once"),
    "unmask": T("姓名和电话只显示一次，谁看的、为什么看会记下来", "Shown once; who looked and why is kept"),
    "release": T("公开前由一个人看过", "A person has read it before it is public"),
}


def offers(scene: Scene) -> list[Offer]:
    """The moves that fit the case and the viewer's rights: the one that is next, other main ones, the rest."""
    following = next_move(scene.case, scene.viewer)
    found = FLOW.offers(scene.case, scene.viewer, lambda right: may(scene.viewer, right, scene.case))
    return sorted(found, key=lambda offer: (offer.move != following, not offer.move.main))


class Back:
    """A form that was refused and comes back: which move, what was typed, what was wrong where."""

    def __init__(self, verb: str, typed: QueryDict, faults: Mapping[str, str]) -> None:
        self.verb, self.typed, self.faults = verb, typed, faults


def _form(scene: Scene, move: Move, first: bool, opened: str, token: str, back: Back | None) -> SafeString:
    mine = back is not None and back.verb == move.verb
    form = inputs.Form(scene, move, back.typed, back.faults) if mine and back else inputs.Form(scene, move)
    names = (*move.needs, *move.takes)
    body = format_html_join("", "{}", ((inputs.draw(form, name),) for name in names))
    kind = "btn wide" if first else "btn btn-2 wide"
    files = SafeString(' enctype="multipart/form-data"') if "photos" in names else ""
    head = format_html(
        '<form method="post" action="/work/cases/{}/do/{}/" novalidate{}><input type="hidden" name="csrfmiddlewaretoken" '
        'value="{}"><input type="hidden" name="seen" value="{}"><input type="hidden" name="key" value="{}">',
        scene.case.number, move.verb, files, token, scene.case.version, new_key(),
    )  # fmt: skip
    hint = format_html('<span class="later">{}</span>', HINTS[move.verb]) if move.verb in HINTS else ""
    if not names:
        button = format_html('<button class="{}">{}</button></form>{}', kind, move.text, hint)
        return format_html('<li id="do-{}">{}{}</li>', move.verb, head, button)
    open_now = SafeString(" open") if mine or opened == move.verb else ""
    return format_html(
        '<li id="do-{}"><details{}><summary class="{}">{}</summary>{}{}<button class="btn wide">{}</button></form>'
        "</details>{}</li>",
        move.verb, open_now, kind, move.text, head, body, move.text, hint,
    )  # fmt: skip


def possible(scene: Scene, found: list[Offer], opened: str, token: str, back: Back | None) -> SafeString:
    """The panel 现在能做: each move with its form; the first solid, the others hollow."""
    ready = [offer.move for offer in found if not offer.lacks]
    first = ready[0].verb if ready else ""
    rows = ((_form(scene, move, move.verb == first, opened, token, back),) for move in ready)
    return format_html_join("", "{}", rows)


def _lack(offer: Offer) -> SafeString:
    kind = "lack" if set(offer.move.guards) & SUPPLIED else "later"
    return format_html(
        '<li class="no"><b>{}</b>{}</li>',
        offer.move.text,
        format_html_join("", '<span class="{}">{}</span>', ((kind, text) for text in offer.lacks)),
    )


def _silent(offer: Offer, scene: Scene) -> bool:
    if offer.move.verb == "contact" and scene.case.part_of_id is not None:
        return False  # who handles a part is told where the reporter is contacted
    said = [name for name in offer.move.guards if FLOW.guards[name](scene.case, scene.viewer) is not None]
    return bool(set(said) & SILENT)


def _others(scene: Scene, found: list[Offer]) -> SafeString:
    """The main moves that are next and that somebody else makes: which roles."""
    mine = {offer.move.verb for offer in found}
    out = []
    for move in FLOW.moves:
        if not move.main or not FLOW.fits(move, scene.case) or move.verb in mine or move.right == SYSTEM:
            continue
        lacks = [name for name in move.guards if FLOW.guards[name](scene.case, scene.viewer) is not None]
        if lacks == ["not_worked"]:
            out.append((move.text, FLOW.lacks(move, scene.case, scene.viewer)[0]))
        if lacks:
            continue
        who = [ROLES[role] for role, rights in GRANTS.items() if move.right in rights]
        names = T("、".join(t.zh for t in who), ", ".join(t.en for t in who)) if who else T("市民", "the reporter")
        out.append((move.text, T("由 {who} 做", "for: {who}").fill(who=names)))
    return format_html_join("", '<li class="no"><b>{}</b><span class="later">{}</span></li>', out)


def impossible(scene: Scene, found: list[Offer]) -> SafeString:
    """The panel 还不能做: what lacks something, and what is next but another's."""
    lacking = [offer for offer in found if offer.lacks and not _silent(offer, scene)]
    rows = format_html_join("", "{}", ((_lack(offer),) for offer in lacking))
    return rows + _others(scene, found)
