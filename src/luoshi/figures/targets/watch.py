"""Crossings: where a target's light is not the one that the log has, an event says so, once."""

from typing import Any

from django.db import transaction

from luoshi.figures import board
from luoshi.figures.models import TargetLight
from luoshi.figures.targets import actions, reads, said
from luoshi.figures.targets.ask import Standing, standings
from luoshi.figures.targets.catalogue import all_targets
from luoshi.figures.targets.declare import Target
from luoshi.kernel.problems import Invalid
from luoshi.kernel.viewer import SYSTEM


def watch() -> int:
    """Judge the targets of the city's year by the numbers that pages show; gives how many events were written.

    Twice, or by two at a time, it writes no more: the second waits for the first and finds the light as it should be.
    """
    mine = [target for target in all_targets().values() if 12 * target.year == board.this_year().first]
    if not mine or not board.size():
        return 0
    with transaction.atomic():
        reads.lock_all()
        rows = reads.rows(SYSTEM)
        return sum(_judge(one, rows.get((one.target.year, one.target.id))) for one in standings(mine))


def _judge(one: Standing, row: TargetLight | None) -> int:
    written, row = _declared(one.target, row)
    if one.light not in actions.TURNS or row.state == one.light:
        return written
    try:
        actions.TURNS[one.light](viewer=SYSTEM, on=row.pk, inputs=said.inputs(one))
    except Invalid:
        # judged by this log already, or it turned just so today: what comes later is judged again
        return written
    return written + 1


def _declared(target: Target, row: TargetLight | None) -> tuple[int, TargetLight]:
    """The row of a target as it is declared now; with an event where it was not, or otherwise."""
    declared: dict[str, Any] = target.said | {"fingerprint": target.fingerprint}
    if row is None:
        made = actions.declare(viewer=SYSTEM, said=target.said, fingerprint=target.fingerprint).row
        assert made is not None
        return 1, made
    if row.fingerprint == target.fingerprint:
        return 0, row
    actions.redeclare(viewer=SYSTEM, on=row.pk, said=declared)
    return 1, row
