"""Followers of cases; where the open cases of a street and around a point are found."""

from uuid import UUID

from django.db import migrations, models
from django.db.models import CASCADE, BinaryField, DateTimeField, ForeignKey, Index, Q, TextField, UUIDField

import luoshi.kernel.models

STANDING = Q(ours=True, part_of=None, closed_at=None)


def _id() -> "UUIDField[UUID, UUID]":
    return UUIDField(primary_key=True, serialize=False, default=luoshi.kernel.models.new_id)


def _number() -> "models.BigAutoField[int, int]":
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_notice")]
    operations = [
        migrations.CreateModel(
            "Follower",
            [
                ("id", _id()),
                ("case", ForeignKey("cases.case", CASCADE, related_name="followers")),
                ("phone", TextField(blank=True)),
                ("email", TextField(blank=True)),
                ("at", DateTimeField()),
            ],
            {"db_table": "case_follower"},
        ),
        migrations.CreateModel(
            "FollowerCode",
            [
                ("id", _number()),
                ("follower", ForeignKey("cases.follower", CASCADE, related_name="codes")),
                ("hash", BinaryField(unique=True)),
                ("at", DateTimeField()),
            ],
            {"db_table": "case_follower_code"},
        ),
        migrations.AddIndex(
            "case", Index(fields=["street", "-reported_at"], condition=STANDING, name="case_open_street")
        ),
        migrations.AddIndex("case", Index(fields=["lat", "lon"], condition=STANDING, name="case_open_point")),
    ]
