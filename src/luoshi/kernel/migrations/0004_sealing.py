"""The sealed log: places of events, checkpoints, and the same seat belts as the events themselves have."""

import django.db.models.deletion
from django.db import migrations, models

REFUSE = """
CREATE TRIGGER log_leaf_fixed BEFORE UPDATE OR DELETE ON log_leaf FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_leaf_kept BEFORE TRUNCATE ON log_leaf EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_fixed BEFORE UPDATE OR DELETE ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_kept BEFORE TRUNCATE ON checkpoint EXECUTE FUNCTION refuse_change();
"""
UNDO = """
DROP TRIGGER checkpoint_kept ON checkpoint;
DROP TRIGGER checkpoint_fixed ON checkpoint;
DROP TRIGGER log_leaf_kept ON log_leaf;
DROP TRIGGER log_leaf_fixed ON log_leaf;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_actor")]
    operations = [
        migrations.CreateModel(
            name="LogLeaf",
            fields=[
                ("idx", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to="kernel.event"
                    ),
                ),
            ],
            options={"db_table": "log_leaf"},
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
                ("note", models.BinaryField()),
            ],
            options={"db_table": "checkpoint"},
        ),
        migrations.AddIndex(
            model_name="checkpoint",
            index=models.Index(fields=["sealed_at", "size"], name="checkpoint_sealed"),
        ),
        migrations.RunSQL(REFUSE, UNDO),
    ]
