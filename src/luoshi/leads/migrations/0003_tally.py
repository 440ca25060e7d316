"""How many leads, and how much is agreed, by stage, status and district, kept by every statement that writes leads."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations
from django.db.models import Q

from luoshi.leads.reads.board import TALLY


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_lead")]
    operations = [
        migrations.RunSQL(TALLY.up, TALLY.down),
        migrations.AddIndex("lead", GinIndex(fields=["shown_to"], condition=Q(signed_at=None), name="lead_named")),
    ]
