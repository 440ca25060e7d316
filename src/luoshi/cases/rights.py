"""Which role may do what in the street line, and over which rows."""

from collections.abc import Mapping
from typing import Final

from luoshi.kernel.viewer import Scope

GRANTS: Final[Mapping[str, Mapping[str, Scope]]] = {
    "desk": {
        "cases.see": "all", "cases.report": "all", "cases.accept": "all", "cases.dispatch": "all",
        "cases.classify": "all", "cases.contact": "all", "cases.callback": "all", "cases.ask": "all",
        "cases.note": "all", "cases.release": "all", "cases.unmask": "all", "cases.split": "all",
        "cases.merge": "all", "cases.hotline": "all", "ledger.correct": "all",
    },
    "supervisor": {
        "cases.see": "all", "cases.report": "all", "cases.accept": "all", "cases.dispatch": "all",
        "cases.decide": "all", "cases.classify": "all", "cases.verify": "all", "cases.grant": "all",
        "cases.suspend": "all", "cases.urge": "all", "cases.reopen": "all", "cases.follow": "all",
        "cases.note": "all", "cases.release": "all", "cases.unmask": "all", "cases.split": "all",
        "cases.merge": "all", "cases.rules": "all", "cases.texts": "all", "cases.import": "all",
        "ledger.correct": "all", "ledger.approve": "all",
    },
    "dispatcher": {
        "cases.see": "subtree", "cases.report": "all", "cases.pass": "unit", "cases.verify": "subtree",
        "cases.grant": "subtree", "cases.urge": "subtree", "cases.follow": "subtree", "cases.note": "subtree",
    },
    "head": {
        "cases.see": "subtree", "cases.report": "all", "cases.sign": "unit", "cases.assign": "unit",
        "cases.return": "unit", "cases.contact": "unit", "cases.handle": "unit", "cases.suspend": "unit",
        "cases.ask": "unit", "cases.extend": "unit", "cases.note": "subtree", "cases.unmask": "unit", "ledger.correct": "unit",
    },
    "handler": {
        "cases.see": "unit", "cases.report": "all", "cases.sign": "unit", "cases.return": "unit",
        "cases.contact": "unit", "cases.handle": "unit", "cases.ask": "unit", "cases.extend": "unit",
        "cases.note": "unit", "cases.unmask": "own",
    },
    "verifier": {"cases.see": "all", "cases.verify": "all", "cases.note": "all"},
    "street": {
        "cases.see": "unit", "cases.report": "all", "cases.sign": "unit", "cases.return": "unit",
        "cases.contact": "unit", "cases.handle": "unit", "cases.ask": "unit", "cases.extend": "unit",
        "cases.note": "unit",
    },
    "leader": {"cases.see": "all"},
    "statistician": {"cases.see": "all"},
    "sysadmin": {"cases.import": "all"},
}  # fmt: skip
