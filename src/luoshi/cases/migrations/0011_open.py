"""The open cases by unit: how many are open, overdue and due soon is read from the index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_correction")]
    operations = [
        migrations.AddIndex(
            "case",
            models.Index(
                condition=models.Q(("closed_at", None), ("ours", True)),
                fields=["unit"],
                include=["first_unit", "handler", "next_due_at", "next_warn_at"],
                name="case_open",
            ),
        )
    ]
