"""What stands beside a lead: versions of the agreement, receipts, documents, promises, waivers, credit, rates."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from luoshi.leads.models.lead import Lead
from luoshi.people.models import Person, Unit


class Agreement(models.Model):
    """A version of the agreed investment: minor units of its currency (None: unknown), and fen at the rate of the day."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="agreements")
    version = models.SmallIntegerField()
    day = models.DateField()
    currency = models.TextField()
    amount = models.BigIntegerField(null=True)
    fixed = models.BigIntegerField(null=True)
    # yuan for one unit, and the day on which that rate stood; None for yuan
    rate = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    rate_day = models.DateField(null=True)
    fen = models.BigIntegerField(null=True)
    # [[name, minor units], …]: they should sum to the amount; where they do not, the page says by how much
    stages = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    event = models.UUIDField(null=True)

    class Meta:
        db_table = "lead_agreement"
        constraints = [models.UniqueConstraint(fields=["lead", "version"], name="agreement_once")]


class Document(models.Model):
    """A version of a document of a kind; the file lies in the home by its id, its SHA-256 is in the event."""

    id = models.UUIDField(primary_key=True)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="documents")
    kind = models.TextField()
    version = models.SmallIntegerField()
    name = models.TextField()
    type = models.TextField()
    size = models.IntegerField()
    sha256 = models.TextField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "lead_document"
        constraints = [models.UniqueConstraint(fields=["lead", "kind", "version"], name="lead_document_once")]


class Receipt(models.Model):
    """Money in place: a day, an amount, a proof; it counts once somebody else has verified it."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="receipts")
    day = models.DateField()
    currency = models.TextField()
    amount = models.BigIntegerField()
    rate = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    rate_day = models.DateField(null=True)
    fen = models.BigIntegerField()
    proof = models.TextField()
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    state = models.TextField(default="reported")  # reported, verified, refused, withdrawn
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # the reporter and those in whose place they stood: none of them verifies it
    persons = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField()
    verified_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "lead_receipt"
        indexes = [models.Index(fields=["at", "id"], condition=Q(state="reported"), name="receipt_waiting")]
        constraints = [models.CheckConstraint(condition=Q(fen__gt=0), name="receipt_positive")]


class Credit(models.Model):
    """The share of a district in a project, in hundredths of a per cent; those of a lead sum to 10,000."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="credits")
    county = models.TextField()
    share = models.IntegerField()

    class Meta:
        db_table = "lead_credit"
        constraints = [
            models.UniqueConstraint(fields=["lead", "county"], name="credit_once"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=10_000), name="credit_share"),
        ]


class Waiver(models.Model):
    """Something that is missing and need not be there until a day; granted by another person than the one in charge."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="waivers")
    item = models.TextField()
    until = models.DateField()
    reason = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "lead_waiver"


class Promise(models.Model):
    """What the city promised the investor: who owes it, until when, and whether the company says that it was kept."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="promises")
    what = models.TextField()
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    until = models.DateField()
    state = models.TextField(default="open")  # open, kept, confirmed, disputed, dropped
    at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    grade = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "lead_promise"
        indexes = [
            models.Index(fields=["owner", "until"], condition=Q(state__in=["open", "disputed"]), name="promise_owed")
        ]


class Invitation(models.Model):
    """A link for the company: the keyed hash of its code, and until when it is good."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="invitations")
    hash = models.BinaryField(unique=True)
    until = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        db_table = "lead_invitation"


class Proposal(models.Model):
    """A correction that waits for another person: which event (the newest of its chain), and what is to stand instead."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="proposals")
    event = models.UUIDField()
    move = models.TextField()
    void = models.BooleanField(default=False)
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    persons = ArrayField(models.BigIntegerField())
    at = models.DateTimeField()
    state = models.TextField(default="open")  # open, done, declined

    class Meta:
        db_table = "lead_proposal"
        constraints = [models.UniqueConstraint(fields=["event"], condition=Q(state="open"), name="lead_proposal_once")]


class ExchangeRate(models.Model):
    """Yuan for one unit of a currency from a day on, with its source."""

    currency = models.TextField()
    day = models.DateField()
    rate = models.DecimalField(max_digits=14, decimal_places=6)
    source = models.TextField()

    class Meta:
        db_table = "exchange_rate"
        constraints = [models.UniqueConstraint(fields=["currency", "day"], name="exchange_rate_once")]
