"""Indexes of lists hold our own cases only, and none stands twice: what is imported writes ten fewer."""

from django.db import migrations, models

LISTS = ("unit", "first_unit", "state", "top", "county")


def key(to: str) -> "models.ForeignKey[models.Model | None, models.Model | None]":
    """A foreign key that may be empty, without an index of its own."""
    return models.ForeignKey(to, models.PROTECT, null=True, related_name="+", db_index=False)


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_street_kind"), ("people", "0001_initial")]
    operations = [
        *(migrations.RemoveIndex("case", f"case_{name}_newest") for name in LISTS if name != "first_unit"),
        migrations.AlterField("case", "category", models.ForeignKey("cases.category", models.PROTECT, db_index=False)),
        migrations.AlterField("case", "unit", key("people.unit")),
        migrations.AlterField("case", "first_unit", key("people.unit")),
        migrations.AlterField("case", "handler", key("people.person")),
        migrations.AlterField("case", "number", models.TextField()),
        migrations.AddConstraint("case", models.UniqueConstraint(fields=["number"], name="case_number_once")),
        *(
            migrations.AddIndex(
                "case",
                models.Index(
                    fields=[name, "-reported_at", "-id"], condition=models.Q(ours=True), name=f"case_{name}_newest"
                ),
            )
            for name in LISTS
        ),
    ]
