"""Parts and merged cases; which cases are ours, whatever their source."""

from django.db import migrations, models
from django.db.models import PROTECT, BooleanField, ForeignKey, Index, Q, SmallIntegerField, TextField


def itself(name: str) -> "ForeignKey[models.Model, models.Model]":
    return ForeignKey("cases.case", PROTECT, null=True, related_name=name, db_index=False)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_number"), ("people", "0001_initial")]
    operations = [
        migrations.AddField("case", "ours", BooleanField(default=True)),
        migrations.RunSQL("""UPDATE "case" SET ours = false WHERE source <> ''""", migrations.RunSQL.noop),
        migrations.AddField("case", "part_of", itself("part_rows")),
        migrations.AddField("case", "parts", SmallIntegerField(default=0)),
        migrations.AddField("case", "parts_open", SmallIntegerField(default=0)),
        migrations.AddField("case", "merged_into", itself("merged_rows")),
        migrations.AddField("case", "state_before", TextField(blank=True)),
        migrations.AddIndex("case", Index(fields=["part_of"], condition=Q(part_of__isnull=False), name="case_parts")),
        migrations.AddIndex(
            "case", Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="case_merged")
        ),
    ]
