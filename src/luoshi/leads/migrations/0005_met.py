"""Which companies were met at an occasion, by their contacts."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One table."""

    dependencies = [("leads", "0004_company_level")]
    operations = [
        migrations.CreateModel(
            name="Met",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="met", to="leads.company"
                    ),
                ),
                (
                    "occasion",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="met",
                        to="leads.occasion",
                    ),
                ),
            ],
            options={
                "db_table": "occasion_met",
                "constraints": [
                    models.UniqueConstraint(fields=("occasion", "company"), name="occasion_met_once")
                ],
            },
        ),
    ]
