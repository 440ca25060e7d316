"""Cases by how their number ends: people say the last figures."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Reverse


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_source_at")]
    operations = [
        migrations.AddIndex("case", models.Index(OpClass(Reverse("number"), name="text_pattern_ops"), name="case_tail"))
    ]
