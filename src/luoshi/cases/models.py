"""Tables of the street line."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse

from luoshi.kernel.models import Searchable, new_id
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Person, Unit

IMPORTED = "imported"
# a number from its end: what begins so, ends so
TAIL = Reverse("number")
# a whole case of ours that has not ended
STANDING = Q(ours=True, part_of=None, closed_at=None)
STANDING_CLAUSE = "c.ours AND c.part_of_id IS NULL AND c.closed_at IS NULL"


class Category(models.Model):
    """A kind of case, in three levels. Clocks as (n, kind) of `kernel.deadlines.Rule`; `function`@`scope` answers."""

    code = models.TextField(primary_key=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    level = models.SmallIntegerField()
    zh = models.TextField()
    en = models.TextField()
    public = models.BooleanField(default=True)
    reportable = models.BooleanField(default=True)
    function = models.TextField(blank=True)
    scope = models.TextField(blank=True)
    response_n = models.IntegerField(null=True)
    response_kind = models.TextField(blank=True)
    handle_n = models.IntegerField(null=True)
    handle_kind = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    order = models.IntegerField(default=0)
    source = models.TextField(blank=True)
    # callers' words that speak for it, as the pack names them
    words = ArrayField(models.TextField(), default=list)

    class Meta:
        db_table = "category"

    @property
    def top(self) -> str:
        """The top category's code; kinds that came with other systems' records stand together under `imported`."""
        return IMPORTED if self.source else self.code[:2]


class Case(models.Model):
    """One case. Names, telephone, free text and exact place live in `CasePrivate`, which can be deleted."""

    number = models.TextField()
    log_id = models.UUIDField(unique=True, default=new_id)
    sim = models.BooleanField(default=False)
    source = models.TextField(blank=True)
    source_id = models.TextField(blank=True)
    # of when the source's newest word on it is; None where it never said
    source_at = models.DateTimeField(null=True)
    flags = ArrayField(models.TextField(), default=list)
    # ours from the start, or adopted: only these are in work lists, figures and public pages
    ours = models.BooleanField(default=True)
    # a part of a case that several units handle: no reporter of its own, never public, counted with the whole
    part_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="part_rows", db_index=False)
    parts = models.SmallIntegerField(default=0)
    parts_open = models.SmallIntegerField(default=0)
    # the case that stands for this one since it was merged, and the state to which it returns if that is undone
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_rows", db_index=False)
    state_before = models.TextField(blank=True)
    channel = models.TextField()
    by_staff = models.BooleanField(default=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    top = models.TextField()
    public = models.BooleanField(default=True)
    county = models.CharField(max_length=12, blank=True)
    street = models.CharField(max_length=12, blank=True)
    community = models.CharField(max_length=12, blank=True)
    # rounded to 100 m, for public maps; the exact point is private
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    state = models.TextField()
    status = models.TextField(default="going")
    version = models.IntegerField(default=1)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    first_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    handler = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    # everybody who handled it or gave evidence: none of them may verify it
    worked_by = ArrayField(models.BigIntegerField(), default=list)
    evidence = models.IntegerField(default=0)
    returns = models.SmallIntegerField(default=0)
    rejects = models.SmallIntegerField(default=0)
    reopened = models.SmallIntegerField(default=0)
    calls = models.SmallIntegerField(default=0)

    reported_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    # clocks: the whole, the present step, the answer to the reporter; `next_*` is what is due next
    clock_from = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_n = models.IntegerField(null=True)
    due_kind = models.TextField(blank=True)
    warn_at = models.DateTimeField(null=True)
    response_due_at = models.DateTimeField(null=True)
    step = models.TextField(blank=True)
    step_since = models.DateTimeField(null=True)
    step_due_at = models.DateTimeField(null=True)
    step_warn_at = models.DateTimeField(null=True)
    step_kind = models.TextField(blank=True)
    next_due_at = models.DateTimeField(null=True)
    next_warn_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    left_us = models.BigIntegerField(null=True)
    step_left_us = models.BigIntegerField(null=True)
    ask_due_at = models.DateTimeField(null=True)
    extend_to = models.DateTimeField(null=True)
    extend_by = models.BigIntegerField(null=True)
    extended = models.BooleanField(default=False)

    solved = models.BooleanField(null=True)
    grade = models.SmallIntegerField(null=True)
    reason = models.TextField(blank=True)
    followup = models.TextField(blank=True)
    followup_due_at = models.DateTimeField(null=True)
    released = models.BooleanField(default=False)
    # how many corrections of its events were approved
    corrected = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "case"
        constraints = [
            models.UniqueConstraint(fields=["number"], name="case_number_once"),
            models.UniqueConstraint(fields=["source", "source_id"], condition=~Q(source=""), name="case_source_once"),
        ]
        indexes = [
            models.Index(fields=["-reported_at", "-id"], name="case_newest"),
            *(
                models.Index(fields=[name, "-reported_at", "-id"], condition=Q(ours=True), name=f"case_{name}_newest")
                for name in ("unit", "first_unit", "state", "top", "county")
            ),
            models.Index(fields=["next_due_at", "id"], condition=Q(next_due_at__isnull=False), name="case_due"),
            models.Index(
                fields=["unit", "next_due_at", "id"], condition=Q(next_due_at__isnull=False), name="case_unit_due"
            ),
            models.Index(
                fields=["state", "next_due_at", "id"], condition=Q(next_due_at__isnull=False), name="case_state_due"
            ),
            models.Index(fields=["handler", "next_due_at"], condition=Q(handler__isnull=False), name="case_handler"),
            models.Index(fields=["ask_due_at"], condition=Q(ask_due_at__isnull=False), name="case_ask_due"),
            models.Index(fields=["followup_due_at"], condition=Q(followup="due"), name="case_followup"),
            models.Index(fields=["part_of"], condition=Q(part_of__isnull=False), name="case_parts"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="case_merged"),
            # how many are open, overdue, due soon: read from the index alone
            models.Index(
                fields=["unit"],
                include=["first_unit", "handler", "next_due_at", "next_warn_at"],
                condition=Q(ours=True, closed_at=None),
                name="case_open",
            ),
            # how often a street had the same problem: read from the index alone
            models.Index(
                fields=["street", "category", "reported_at"],
                include=["number"],
                condition=Q(ours=True, part_of=None),
                name="case_street_kind",
            ),
            # the open cases of a street and around a point: likely the same problem
            models.Index(fields=["street", "-reported_at"], condition=STANDING, name="case_open_street"),
            models.Index(fields=["lat", "lon"], condition=STANDING, name="case_open_point"),
            # by how the number ends
            models.Index(OpClass(TAIL, "text_pattern_ops"), name="case_tail"),
        ]

    def owned_by(self, viewer: Viewer) -> bool:
        """The handler's own task (or that of whom the viewer stands in for), or the record that the holder's tracking code opens."""
        if viewer.subject is not None:
            return viewer.subject == str(self.log_id)
        return self.handler_id in viewer.persons


class CasePrivate(Searchable):
    """What is personal or free text: deletable on request, with the words it is found by."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="private")
    name = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    email = models.TextField(blank=True)
    text = models.TextField(blank=True)
    place = models.TextField(blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    question = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    public_text = models.TextField(blank=True)
    media_url = models.TextField(blank=True)

    class Meta:
        db_table = "case_private"
        indexes = [GinIndex(fields=["tokens"], name="case_private_tokens")]


class CaseCode(models.Model):
    """A tracking code of a case, only as a keyed hash."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="codes")
    hash = models.BinaryField(unique=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "case_code"


class Photo(models.Model):
    """A photograph, re-encoded and stripped; the file lies under the home's uploads by its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.CASCADE, related_name="photos")
    kind = models.TextField()  # before, after, other
    sha256 = models.TextField()
    width = models.IntegerField()
    height = models.IntegerField()
    size = models.IntegerField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True)
    released = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "photo"
        indexes = [models.Index(fields=["case", "at"], name="photo_case")]


from luoshi.cases.correction import Correction  # noqa: E402, F401  # a table of this application
from luoshi.cases.follower import Follower, FollowerCode  # noqa: E402, F401  # tables of this application
from luoshi.cases.routing.models import RoutingList, RoutingRule, StandardText  # noqa: E402, F401  # the same
from luoshi.cases.staff.hotline.models import CallDesk, CallLog  # noqa: E402, F401  # the same
from luoshi.cases.staff.models import SavedView  # noqa: E402, F401  # the same
