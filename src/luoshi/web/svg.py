"""Small drawings: every length is an SVG attribute and every colour a class, so that no inline style is needed."""

from typing import Final, Literal

from django.utils.safestring import SafeString

from luoshi.web.markup import format_html

Light = Literal["g", "y", "r", "n"]

# Constants of ours, so they may be marked safe.
SHAPES: Final[dict[str, SafeString]] = {
    "g": SafeString('<svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5"/></svg>'),
    "y": SafeString('<svg viewBox="0 0 12 12" aria-hidden="true"><path d="M6 1 11.5 11h-11z"/></svg>'),
    "r": SafeString('<svg viewBox="0 0 12 12" aria-hidden="true"><path d="M6 .3 11.7 6 6 11.7.3 6z"/></svg>'),
    "n": SafeString('<svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="4.5"/></svg>'),
}
MARK: Final = SafeString(
    '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path fill="currentColor" '
    'd="M3 3h15v7h-3V6H6v9h4v3H3zM13 13h14v14h3v3H2v-3h11z"/></svg>'
)
EMPTY: Final = SafeString(
    '<svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">'
    '<rect class="plan-r" x="1" y="1" width="20" height="20"/></svg>'
)
_CLOCK: Final = 56  # px: width of the clock's drawing


def length(value: float) -> str:
    """A length for an attribute, at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(value: float, scale: float) -> str:
    """`value` of `scale` as a percentage for an attribute, between 0 and 100."""
    share = 100 * value / scale if scale > 0 else 0.0
    return f"{length(min(max(share, 0.0), 100.0))}%"


def clock(used: float, near: bool = False) -> SafeString:
    """Time used (`used` = used ÷ allowed, 0 and up) in time allowed; a late one grows out of its frame."""
    if used > 1:
        frame = max(12.0, min(40.0, 54 / used))
        return format_html(
            '<svg width="{}" height="10" aria-hidden="true"><rect class="over" x="2" y="2" width="54" height="6"/>'
            '<rect class="frame" x=".5" y=".5" width="{}" height="9" fill-opacity="0"/></svg>',
            _CLOCK,
            length(frame),
        )
    return format_html(
        '<svg width="{}" height="10" aria-hidden="true"><rect class="frame" x=".5" y=".5" width="55" height="9"/>'
        '<rect class="{}" x="2" y="2" width="{}" height="6"/></svg>',
        _CLOCK,
        "near" if near else "fact",
        length(52 * max(used, 0.0)),
    )


def stage(used: float | None, late: bool = False) -> SafeString:
    """One stage of a rail: None has not begun (hollow), else the share of its time that is used."""
    if used is None:
        return SafeString(
            '<svg class="bar" width="100%" height="12" aria-hidden="true">'
            '<rect class="plan-r" x=".75" y=".75" width="99%" height="10.5"/></svg>'
        )
    return format_html(
        '<svg class="bar" width="100%" height="12" aria-hidden="true"><rect class="plan" x=".75" y=".75" width="99%" '
        'height="10.5"/><rect class="{}" x="3" y="3" width="{}" height="6"/></svg>',
        "over" if late else "fact",
        percent(min(max(used, 0.0), 1.0) * 98, 100),
    )


def bar(
    value: float, scale: float, role: Literal["fact", "rest", "plan", "over"] = "fact", height: int = 12
) -> SafeString:
    """A bar from zero, as long as `value` of `scale`."""
    return format_html(
        '<svg class="bar" width="100%" height="{}" aria-hidden="true"><rect class="{}" y="0" width="{}" height="{}"/></svg>',
        height,
        role,
        percent(value, scale),
        height,
    )


def bar_plan(fact: float, plan: float, scale: float) -> SafeString:
    """A solid fact inside a hollow plan."""
    return format_html(
        '<svg class="bar" width="100%" height="14" aria-hidden="true"><rect class="plan" x="0" y="1" width="{}" height="12"/>'
        '<rect class="fact" y="2.5" width="{}" height="9"/></svg>',
        percent(plan, scale),
        percent(fact, scale),
    )


def dot(value: float, scale: float, mine: bool = False, reference: float | None = None) -> SafeString:
    """A dot on a line, for scales that are cut; `reference` draws a dashed line."""
    line = ""
    if reference is not None:
        at = percent(reference, scale)
        line = format_html('<line class="ref" x1="{}" x2="{}" y1="-5" y2="19"/>', at, at)
    return format_html(
        '<svg class="bar" width="100%" height="14" aria-hidden="true"><line class="grid" x1="0" x2="100%" y1="7" y2="7"/>'
        '{}<circle class="{}" cx="{}" cy="7" r="5.5"/></svg>',
        line,
        "fact" if mine else "rest",
        percent(value, scale),
    )


def squares(done: int, total: int) -> SafeString:
    """Steps of a form: done and present ones solid, those to come hollow."""
    parts = "".join(
        f'<rect class="{"fact" if i < done else "plan"}" x="{1 + 15 * i}" y="1" width="10" height="10"/>'
        for i in range(total)
    )
    return format_html('<svg width="{}" height="12" aria-hidden="true">{}</svg>', 15 * total - 1, SafeString(parts))


def strip(place: int, total: int, label: str) -> SafeString:
    """Rank as squares: the city's solid, the others hollow. `place` counts from 1."""
    parts = "".join(
        f'<rect class="{"fact" if i == place - 1 else "plan-r"}" x="{0.75 + 12 * i}" y=".75" width="7.5" height="7.5"/>'
        for i in range(total)
    )
    return format_html(
        '<span class="strip"><svg width="{}" height="9" role="img" aria-label="{}">{}</svg></span>',
        12 * total - 3,
        label,
        SafeString(parts),
    )
