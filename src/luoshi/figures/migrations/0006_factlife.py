"""As of which size of the log the rows of subjects stand in PostgreSQL."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A table of sizes; the tables of rows are made with the views, from the declarations."""

    dependencies = [("figures", "0005_target")]
    operations = [
        migrations.CreateModel(
            "FactLife",
            [("line", models.TextField(primary_key=True, serialize=False)), ("size", models.BigIntegerField())],
            {"db_table": "fact_life"},
        )
    ]
