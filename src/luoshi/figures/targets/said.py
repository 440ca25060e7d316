"""A target's standing in plain data, as the command, the file and the log give it: numbers as strings, every key always there."""

from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from luoshi.figures.answer import rounded
from luoshi.figures.period import moment
from luoshi.figures.said import moment_text, plain
from luoshi.figures.targets.ask import Standing

HEADS: Final = (
    "year", "figure", "name", "unit", "direction", "target", "value", "due", "schedule", "progress", "gap", "light",
    "light_set", "light_set_until", "light_set_reason", "forecast", "forecast_low", "forecast_high", "why", "as_of", "log_size",
    "fingerprint", "source",
)  # fmt: skip
SHARE: Final = 1
"""Decimals of a share of the target."""


def number(one: Standing, value: Fraction | None) -> Decimal | None:
    """A number of the target's figure as it is printed."""
    return rounded(value, one.target.of.decimals)


def share(value: Fraction | None) -> Decimal | None:
    """Per cent of the target, or points between two such."""
    return rounded(value, SHARE)


def inputs(one: Standing) -> dict[str, Any]:
    """What a crossing rests on, for the log."""
    assert one.measured is not None
    target = one.target
    names = ("target", "direction", "trajectory", "rule")
    return {
        **{name: target.said[name] for name in names}, "fingerprint": target.fingerprint, "light": one.light,
        "value": plain(number(one, one.value)), "schedule": plain(share(one.measured.schedule)),
        "progress": plain(share(one.measured.progress)), "gap": plain(share(one.measured.gap)),
        "at": moment(one.as_of.moment).astimezone(UTC).isoformat(), "log_size": one.as_of.size,
    }  # fmt: skip


def said(one: Standing) -> dict[str, Any]:
    """The whole standing."""
    target, measured, set_ = one.target, one.measured, one.instead
    forecast = one.forecast
    return {
        "figure": target.id, "name": str(target.of.name), "unit": str(target.unit), **target.said,
        "value": plain(number(one, one.value)), "due": plain(number(one, one.due)),
        "schedule": plain(share(measured.schedule)) if measured else None,
        "progress": plain(share(measured.progress)) if measured else None,
        "gap": plain(share(measured.gap)) if measured else None, "light": one.light, "why": str(one.why),
        "light_set": {"light": set_.light, "reason": set_.reason, "until": set_.until.isoformat()} if set_ else None,
        "forecast": {
            name: plain(number(one, value))
            for name, value in (("value", forecast.value), ("low", forecast.low), ("high", forecast.high))
        } if forecast else None,
        "forecast_why": "" if forecast else str(one.forecast_why),
        "as_of": moment_text(one.as_of.moment), "log_size": one.as_of.size, "fingerprint": target.fingerprint,
        "source": str(target.source),
    }  # fmt: skip


def row(one: Standing) -> Sequence[Any]:
    """The same in the order of `HEADS`, flat."""
    whole = said(one)
    set_, forecast = whole["light_set"] or {}, whole["forecast"] or {}
    flat = whole | {
        "light_set": set_.get("light"), "light_set_until": set_.get("until"), "light_set_reason": set_.get("reason"),
        "forecast": forecast.get("value"), "forecast_low": forecast.get("low"), "forecast_high": forecast.get("high"),
        "why": whole["why"] or whole["forecast_why"],
    }  # fmt: skip
    return ["" if flat[name] is None else flat[name] for name in HEADS]
