"""Who looked at a reporter's data and what was deleted are few among many events: found at once."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_actor")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX event_privacy ON event (verb, recorded_at, id) WHERE verb IN ('unmask', 'erase')",
            "DROP INDEX event_privacy",
        )
    ]
