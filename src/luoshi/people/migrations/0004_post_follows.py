import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0003_depth"),
    ]

    operations = [
        migrations.AddField(
            "post",
            "follows",
            models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="people.post"),
        ),
    ]
