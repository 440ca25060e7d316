"""Who may see a company before one of its projects is signed."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns."""

    dependencies = [("leads", "0003_tally")]
    operations = [
        migrations.AddField("company", "level", models.TextField(default="open")),
        migrations.AddField(
            "company",
            "persons",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
    ]
