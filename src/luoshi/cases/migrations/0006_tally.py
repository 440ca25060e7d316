"""How many cases stand at each unit in each state, kept by every statement that writes cases.

Each statement adds what it changed as rows of their own, so that two writers never wait for the same counter; a job
puts them together now and then (`kernel.tally`).
"""

from django.db import migrations

UP = """
CREATE TABLE case_tally (unit_id bigint, state text NOT NULL, ours boolean NOT NULL, n bigint NOT NULL);
INSERT INTO case_tally (unit_id, state, ours, n) SELECT unit_id, state, ours, count(*) FROM "case" GROUP BY 1, 2, 3;

CREATE FUNCTION case_tally_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO case_tally (unit_id, state, ours, n) SELECT unit_id, state, ours, count(*) FROM new_rows GROUP BY 1, 2, 3;
  RETURN NULL;
END $$;
CREATE FUNCTION case_tally_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO case_tally (unit_id, state, ours, n)
  SELECT unit_id, state, ours, sum(n) FROM (
    SELECT unit_id, state, ours, 1 AS n FROM new_rows UNION ALL SELECT unit_id, state, ours, -1 FROM old_rows
  ) AS both_rows GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
  RETURN NULL;
END $$;
CREATE FUNCTION case_tally_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO case_tally (unit_id, state, ours, n) SELECT unit_id, state, ours, -count(*) FROM old_rows GROUP BY 1, 2, 3;
  RETURN NULL;
END $$;
CREATE TRIGGER case_tally_new AFTER INSERT ON "case" REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION case_tally_new();
CREATE TRIGGER case_tally_changed AFTER UPDATE ON "case" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION case_tally_changed();
CREATE TRIGGER case_tally_gone AFTER DELETE ON "case" REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION case_tally_gone();
"""
DOWN = """
DROP TRIGGER case_tally_new ON "case"; DROP TRIGGER case_tally_changed ON "case"; DROP TRIGGER case_tally_gone ON "case";
DROP FUNCTION case_tally_new(); DROP FUNCTION case_tally_changed(); DROP FUNCTION case_tally_gone();
DROP TABLE case_tally;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_hotline")]
    operations = [migrations.RunSQL(UP, DOWN)]
