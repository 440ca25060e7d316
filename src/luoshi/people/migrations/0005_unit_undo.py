from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0004_post_follows"),
    ]

    operations = [
        migrations.AddField("unit", "undo", models.JSONField(null=True)),
    ]
