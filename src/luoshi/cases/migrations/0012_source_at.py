"""Of when a source's newest word on a case is, so that older words do not come after it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_open")]
    operations = [migrations.AddField("case", "source_at", models.DateTimeField(null=True))]
