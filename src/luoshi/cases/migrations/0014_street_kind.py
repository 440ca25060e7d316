"""How often a street had the same problem is read from an index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_tail")]
    operations = [
        migrations.AddIndex(
            "case",
            models.Index(
                condition=models.Q(("ours", True), ("part_of", None)),
                fields=["street", "category", "reported_at"],
                include=["number"],
                name="case_street_kind",
            ),
        )
    ]
