"""A second line of work, library loans, to show that the kernel knows none: a life cycle, a table, three actions."""

from datetime import datetime
from typing import Any

from django.db import models

from luoshi.kernel.action import Act, Change, Line
from luoshi.kernel.flow import Flow, Move, State
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.models import new_id
from luoshi.kernel.problems import Absent
from luoshi.kernel.text import T
from luoshi.kernel.viewer import EVERYTHING, Viewer

TABLE = """
CREATE TABLE IF NOT EXISTS loan (id bigserial PRIMARY KEY, log_id uuid NOT NULL, sim boolean NOT NULL,
  state text NOT NULL, status text NOT NULL, version int NOT NULL, updated_at timestamptz NOT NULL,
  unit_id bigint, title text NOT NULL, reader text NOT NULL, renewed int NOT NULL);
GRANT ALL ON loan TO luoshi_app;
GRANT ALL ON loan_id_seq TO luoshi_app;
"""


class Loan(models.Model):
    log_id = models.UUIDField(default=new_id)
    sim = models.BooleanField(default=False)
    state = models.TextField(default="out")
    status = models.TextField(default="going")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()
    unit_id = models.BigIntegerField(null=True)
    title = models.TextField()
    reader = models.TextField()
    renewed = models.IntegerField(default=0)

    class Meta:
        app_label = "loans"
        db_table = "loan"
        managed = False

    def owned_by(self, viewer: Viewer) -> bool:
        return viewer.name == self.reader


def renewed_once(loan: Any, viewer: Viewer) -> T | None:
    return T("只能续借一次", "can be renewed once") if loan.renewed else None


FLOW = Flow(
    "loans",
    "out",
    (State("out", T("借出", "Out"), ("open",)), State("back", T("归还", "Back"))),
    (
        Move("renew", T("续借", "Renew"), ("out",), None, "loans.renew", (), (), ("renewed_once",)),
        Move("give_back", T("归还", "Give back"), ("out",), "back", "loans.desk", ("shelf",)),
    ),
    {"renewed_once": renewed_once},
)
WIDTHS = {
    verb: Widths(frozenset({"title", "stage"}), frozenset({"shelf"})) for verb in ("borrow", "renew", "give_back")
}


def lock(viewer: Viewer, key: Any) -> Loan:
    loan = Loan.objects.select_for_update().filter(pk=key).first()
    if loan is None:
        raise Absent
    return loan


def entered(loan: Loan, now: datetime) -> None:
    loan.renewed = 0


LINE: Line[Loan] = Line(
    flow=FLOW,
    widths=WIDTHS,
    snapshot=lambda loan: {"title": loan.title, "stage": loan.state, "reader": loan.reader},
    lock=lock,
    told=lambda loan: T("别人改过", "somebody changed it"),
    entered=entered,
)


@LINE.creation("borrow", "loans.desk")
def borrow(act: Act, *, title: str, reader: str) -> tuple[Loan, Change]:
    return Loan(title=title, reader=reader, updated_at=act.now), Change(answer={"title": title})


@LINE.action("renew")
def renew(loan: Loan, act: Act) -> Change:
    loan.renewed += 1
    return Change()


@LINE.action("give_back")
def give_back(loan: Loan, act: Act, *, shelf: str) -> Change:
    return Change(body={"shelf": shelf})


DESK = Viewer(kind="staff", name="desk", person=7, grants={"loans.desk": EVERYTHING, "loans.renew": EVERYTHING})
