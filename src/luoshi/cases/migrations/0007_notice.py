"""Messages to reporters stand with all others in `notify_message`."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_tally")]
    operations = [migrations.DeleteModel("Notice")]
