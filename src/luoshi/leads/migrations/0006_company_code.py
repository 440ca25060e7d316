"""A company is found by how its code begins."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index."""

    dependencies = [("leads", "0005_met")]
    operations = [
        migrations.AddIndex("company", models.Index(OpClass("code", "text_pattern_ops"), name="company_code"))
    ]
