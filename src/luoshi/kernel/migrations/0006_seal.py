"""A checkpoint's row carries a signed text over itself, its time and all rows before it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0005_corrects")]
    operations = [migrations.AddField("checkpoint", "seal", models.BinaryField(null=True))]
