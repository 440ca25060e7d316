"""The log's walls are looked at: a right given, a trigger taken down, a key that is not there are each said by name."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from sealing import write

from luoshi import home as homes
from luoshi.cli import examinations, serving
from luoshi.cli.said import Failed
from luoshi.conf import Conf, load
from luoshi.db import walls
from luoshi.kernel import clock
from luoshi.kernel.ledger import nightly
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger.place import Place

Forced = psycopg.Connection[Any]
DAMAGES = {
    "GRANT UPDATE ON event TO luoshi_app": "luoshi_app has UPDATE on table event",
    "GRANT UPDATE (body) ON event TO luoshi_app": "luoshi_app has UPDATE on table event",
    "GRANT DELETE ON checkpoint TO PUBLIC": "PUBLIC has DELETE on table checkpoint",
    "GRANT TRUNCATE ON log_leaf TO luoshi_app": "luoshi_app has TRUNCATE on table log_leaf",
    "GRANT INSERT ON event TO luoshi_read": "luoshi_read has INSERT on table event",
    "GRANT TRIGGER ON event TO luoshi_app": "luoshi_app has TRIGGER on table event",
    "ALTER TABLE event DISABLE TRIGGER event_fixed": "no trigger refuses DELETE on table event; no trigger refuses UPDATE on table event",
    "ALTER TABLE checkpoint DISABLE TRIGGER ALL": "no trigger refuses DELETE on table checkpoint",
    "ALTER TABLE log_leaf ENABLE REPLICA TRIGGER log_leaf_kept": "no trigger refuses TRUNCATE on table log_leaf",
    "DROP TRIGGER log_leaf_fixed ON log_leaf": "no trigger refuses DELETE on table log_leaf",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'": "on table event",
}


@pytest.fixture
def conf(tmp_path: Path) -> Conf:
    return load({"LUOSHI_HOME": str(tmp_path)})


def test_the_walls_of_a_new_city_stand(place: Place, conf: Conf) -> None:
    assert walls.problems(connection) == [] and examinations.walls(conf).mend is None
    serving._refuse_strong_role(conf)


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_wall_that_was_taken_down_is_named(place: Place, forced: Forced, conf: Conf, damage: str) -> None:
    told = DAMAGES[damage]
    try:
        with forced.transaction(force_rollback=True):
            forced.execute(damage)  # type: ignore[arg-type]
            assert told in "; ".join(one.en for one in walls.problems(forced))
        assert walls.problems(forced)[:-1] == []  # the last one: the superuser's own connection fires no triggers
    finally:
        forced.rollback()


def test_doctor_names_it_and_nothing_is_served(place: Place, forced: Forced, conf: Conf, capsys: Any) -> None:
    forced.execute("GRANT UPDATE ON event TO luoshi_app")
    try:
        found = examinations.walls(conf)
        assert found.mend is not None and found.detail.en == "luoshi_app has UPDATE on table event"
        with pytest.raises(Failed, match="luoshi_app has UPDATE on table event"):
            serving._refuse_strong_role(conf)
        serving._refuse_strong_role(Conf({**conf.values, "allow_owner": True}))
        assert "UPDATE" in capsys.readouterr().err
    finally:
        forced.execute("REVOKE UPDATE ON event FROM luoshi_app")
    forced.execute("REVOKE INSERT ON event FROM luoshi_app")
    try:
        assert examinations.walls(conf).detail.en == "luoshi_app lacks INSERT on table event"
    finally:
        forced.execute("GRANT INSERT ON event TO luoshi_app")


def test_serving_without_a_key_says_that_nothing_is_sealed(
    place: Place, conf: Conf, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "of", lambda conf: place)
    serving._look_at_key(conf)
    assert capsys.readouterr().err == ""
    place.key_file.unlink()
    serving._look_at_key(conf)
    said = capsys.readouterr().err
    assert ("不会封存" in said or "nothing will be sealed" in said) and str(place.key_file) in said


def test_what_waits_while_nothing_serves_is_no_good_sign(
    place: Place, conf: Conf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "current", lambda: place)
    assert examinations.log(conf).mend is None
    write(2)
    found = examinations.log(conf)
    assert found.mend is not None and "2 wait" in found.detail.en and "nothing serves" in found.detail.en


def test_a_verification_that_is_missing_or_old_is_no_good_sign(conf: Conf, monkeypatch: pytest.MonkeyPatch) -> None:
    homes.settle(conf.home, "city", "0", 0)
    assert examinations.verified(conf).mend is None  # the first night is still to come
    nightly.keep(conf.home, 9, None)
    assert examinations.verified(conf).mend is None
    later = clock.real() + examinations._NIGHT * 1.1
    monkeypatch.setattr(clock, "real", lambda: later)
    found = examinations.verified(conf)
    assert found.mend is not None and "not verified since" in found.detail.en
    (conf.home / "run" / nightly.FILE).unlink()
    assert examinations.verified(conf).mend is not None
