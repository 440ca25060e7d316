"""A key that was kept says of which record it is, so that it goes when the record's personal data do."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0006_seal")]
    operations = [migrations.AddField("idempotency", "subject", models.UUIDField(null=True))]
