"""Seat belts of the log: refused UPDATE, DELETE, TRUNCATE. (Proof is what an outsider holds, not a trigger.)"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of table % is refused: it only ever grows', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER event_fixed BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_kept BEFORE TRUNCATE ON event EXECUTE FUNCTION refuse_change();
CREATE TRIGGER installation_fixed BEFORE UPDATE OR DELETE ON installation
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER installation_kept BEFORE TRUNCATE ON installation EXECUTE FUNCTION refuse_change();
ALTER TABLE event ALTER payload SET STORAGE EXTERNAL;
"""
UNDO = """
DROP TRIGGER installation_kept ON installation;
DROP TRIGGER installation_fixed ON installation;
DROP TRIGGER event_kept ON event;
DROP TRIGGER event_fixed ON event;
DROP FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, UNDO)]
