"""Proposals to correct an event; how many corrections a case has."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_saved_view"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField("case", "corrected", models.SmallIntegerField(default=0)),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.UUIDField()),
                ("move", models.TextField()),
                ("void", models.BooleanField(default=False)),
                ("changes", models.JSONField(default=dict)),
                ("reason", models.TextField(blank=True)),
                ("persons", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("at", models.DateTimeField()),
                ("state", models.TextField(default="open")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="corrections", to="cases.case"
                    ),
                ),
            ],
            options={
                "db_table": "case_correction",
                "indexes": [models.Index(fields=["at"], condition=models.Q(("state", "open")), name="correction_open")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event",), condition=models.Q(("state", "open")), name="correction_open_once"
                    )
                ],
            },
        ),
    ]
