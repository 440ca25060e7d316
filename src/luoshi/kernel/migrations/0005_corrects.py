"""An event may correct another one: once, so that corrections form a chain of which only the newest can be corrected."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_sealing")]
    operations = [
        migrations.AddField("event", "corrects", models.UUIDField(null=True)),
        migrations.AddConstraint(
            "event",
            models.UniqueConstraint(
                fields=["corrects"], condition=models.Q(corrects__isnull=False), name="event_corrects_once"
            ),
        ),
    ]
