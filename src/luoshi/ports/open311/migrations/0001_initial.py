from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Key",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("hash", models.BinaryField(unique=True)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("most", models.IntegerField(null=True)),
                ("since", models.DateTimeField(null=True)),
                ("used", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "open311_key",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("name",), name="open311_key_name"
                    )
                ],
            },
        ),
    ]
