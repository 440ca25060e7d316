import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import luoshi.kernel.models


def log_id(model):
    # each row already there gets a random id of its own, as a default of the column would not give it
    return migrations.RunSQL(
        f"ALTER TABLE {model} ADD COLUMN log_id uuid NOT NULL DEFAULT gen_random_uuid();"
        f"ALTER TABLE {model} ALTER COLUMN log_id DROP DEFAULT;"
        f"ALTER TABLE {model} ADD CONSTRAINT {model}_log_id_key UNIQUE (log_id);",
        f"ALTER TABLE {model} DROP COLUMN log_id;",
        state_operations=[
            migrations.AddField(model, "log_id", models.UUIDField(default=luoshi.kernel.models.new_id, unique=True))
        ],
    )


def living(model, state):
    return [
        migrations.AddField(model, "state", models.TextField(default=state)),
        migrations.AddField(model, "status", models.TextField(default="going")),
        migrations.AddField(model, "version", models.IntegerField(default=1)),
        migrations.AddField(model, "updated_at", models.DateTimeField(null=True)),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0002_cover"),
    ]

    operations = [
        log_id("person"),
        log_id("unit"),
        *living("person", "here"),
        *living("unit", "open"),
        migrations.AddField("person", "left_on", models.DateField(null=True)),
        migrations.CreateModel(
            name="Succession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("how", models.TextField()),
                ("carried_at", models.DateTimeField(null=True)),
                ("unit", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="goes_on", to="people.unit")),
                ("heir", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="came_from", to="people.unit")),
            ],
            options={"db_table": "unit_succession"},
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log_id", models.UUIDField(default=luoshi.kernel.models.new_id, unique=True)),
                ("role", models.TextField()),
                ("valid_from", models.DateField()),
                ("asked_at", models.DateTimeField()),
                ("state", models.TextField(default="asked")),
                ("status", models.TextField(default="going")),
                ("version", models.IntegerField(default=1)),
                ("updated_at", models.DateTimeField()),
                ("asked_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="appointments", to=settings.AUTH_USER_MODEL)),
                ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.unit")),
            ],
            options={"db_table": "appointment"},
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                ("person", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="second", serialize=False, to=settings.AUTH_USER_MODEL)),
                ("secret", models.BinaryField()),
                ("last_step", models.BigIntegerField(default=0)),
                ("codes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ("since", models.DateTimeField()),
            ],
            options={"db_table": "second_factor"},
        ),
    ]
