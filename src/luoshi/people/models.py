"""Divisions and units as two dated trees; persons, and their posts from–to."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from luoshi.kernel.models import new_id
from luoshi.kernel.viewer import Viewer


class Dated(models.Model):
    """Abstract: something that holds from a day, until a day (not included) or for good."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        abstract = True


class Division(Dated):
    """A place of the city, by its 12-digit statistical code. `level`: city, county, street, community."""

    code = models.CharField(max_length=12, primary_key=True)
    level = models.TextField()
    zh = models.TextField()
    en = models.TextField()
    local = models.BooleanField(default=False)  # a functional zone without a statistical code of its own

    class Meta:
        db_table = "division"


class DivisionParent(Dated):
    """Under which division a division stood, from–to."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="parents")
    parent = models.ForeignKey(Division, models.CASCADE, related_name="children")

    class Meta:
        db_table = "division_parent"
        constraints = [models.UniqueConstraint(fields=["division", "valid_from"], name="division_parent_once")]


class Unit(Dated):
    """A department, bureau, street office or company. `functions` are what it is responsible for, at its `level`."""

    code = models.TextField(unique=True)
    zh = models.TextField()
    en = models.TextField()
    kind = models.TextField()
    functions = ArrayField(models.TextField(), default=list)
    level = models.TextField(blank=True)
    log_id = models.UUIDField(unique=True, default=new_id)
    state = models.TextField(default="open")
    status = models.TextField(default="going")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(null=True)
    # what a change to come ended and made (`admin.actions.steps`), so that it can be taken back
    undo = models.JSONField(null=True)

    class Meta:
        db_table = "unit"

    @property
    def unit_id(self) -> int | None:
        """Rights over a unit go by the unit itself."""
        return self.pk

    def owned_by(self, viewer: Viewer) -> bool:
        """A unit is nobody's."""
        return False


class Succession(models.Model):
    """From a day on `unit` goes on as `heir`: renamed (a row of its own, so that its history keeps the old name and
    code) or merged. `carried_at`: when its open work went over (real time).
    """

    RENAMED: ClassVar = "rename_unit"
    MERGED: ClassVar = "merge_unit"
    unit = models.OneToOneField(Unit, models.CASCADE, related_name="goes_on")
    heir = models.ForeignKey(Unit, models.CASCADE, related_name="came_from")
    valid_from = models.DateField()
    how = models.TextField()
    carried_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "unit_succession"


class UnitParent(Dated):
    """Under which unit a unit stood, from–to."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="parents")
    parent = models.ForeignKey(Unit, models.CASCADE, related_name="children")

    class Meta:
        db_table = "unit_parent"
        constraints = [models.UniqueConstraint(fields=["unit", "valid_from"], name="unit_parent_once")]


class UnitCovers(Dated):
    """A division that a unit is responsible for, from–to."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="covers")
    division = models.ForeignKey(Division, models.CASCADE, related_name="covered_by")

    class Meta:
        db_table = "unit_covers"
        constraints = [models.UniqueConstraint(fields=["unit", "division", "valid_from"], name="unit_covers_once")]


class People(BaseUserManager["Person"]):
    """Finds persons by their log-in."""

    def create(self, **values: object) -> "Person":
        """A person with the password hashed; without one nobody can log in."""
        password = values.pop("password", None)
        person = self.model(**values)
        person.set_password(str(password) if password else None)
        person.save()
        return person


class Person(AbstractBaseUser):
    """Somebody who works for the city and may log in."""

    login = models.CharField(max_length=60, unique=True)
    name = models.TextField()
    is_active = models.BooleanField(default=True)
    sim = models.BooleanField(default=False)
    must_change = models.BooleanField(default=True)
    # Sessions made before this moment have ended, whatever their cookie says.
    sessions_from = models.DateTimeField(null=True)
    # the first day on which they no longer work here
    left_on = models.DateField(null=True)
    log_id = models.UUIDField(unique=True, default=new_id)
    state = models.TextField(default="here")
    status = models.TextField(default="going")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "login"
    objects = People()
    unit_id: int | None = None  # where they work today, put here by whoever reads a person in order to change it
    held: tuple[Any, ...] | None = None  # posts of today, put here by `door.person`

    class Meta:
        db_table = "person"

    def works_on(self, day: date) -> bool:
        """May they still log in on this day?"""
        return self.is_active and (self.left_on is None or day < self.left_on)

    def owned_by(self, viewer: Viewer) -> bool:
        """Nobody administers themselves."""
        return False


class Post(Dated):
    """A person in a role at a unit, from–to."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    role = models.TextField()
    # the post in whose place this one came, so that a move to come can be taken back
    follows = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "post"
        indexes = [models.Index(fields=["person"], name="post_person")]


class Appointment(models.Model):
    """An administrator's post that one administrator asked for and another must confirm."""

    ASKED: ClassVar = "asked"
    log_id = models.UUIDField(unique=True, default=new_id)
    person = models.ForeignKey(Person, models.CASCADE, related_name="appointments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    role = models.TextField()
    valid_from = models.DateField()
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    state = models.TextField(default=ASKED)
    status = models.TextField(default="going")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "appointment"

    @property
    def sim(self) -> bool:
        """Is it about a simulated person?"""
        return self.person.sim

    def owned_by(self, viewer: Viewer) -> bool:
        """It is decided by those who may, whoever it is about."""
        return False


class SecondFactor(models.Model):
    """A person's second factor: the encrypted secret of one-time codes, and digests of unused recovery codes."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="second")
    secret = models.BinaryField()
    # the step of the last code taken: no code is good twice
    last_step = models.BigIntegerField(default=0)
    codes = ArrayField(models.TextField(), default=list)
    since = models.DateTimeField()

    class Meta:
        db_table = "second_factor"


class SignIn(models.Model):
    """A log-in, log-out or an ended session, for the security administrator; real time, no address in clear."""

    person = models.ForeignKey(Person, models.CASCADE)
    what = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "sign_in"
        indexes = [models.Index(fields=["-at"], name="sign_in_at")]


class Cover(Dated):
    """Who stands in for whom, from–to: `person` has the posts of `absent` on these days. Never for good."""

    SET: ClassVar = "set"
    log_id = models.UUIDField(unique=True, default=new_id)
    person = models.ForeignKey(Person, models.CASCADE, related_name="covering")
    absent = models.ForeignKey(Person, models.CASCADE, related_name="covered")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # where the absent one works
    reason = models.TextField()
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    state = models.TextField(default=SET)
    status = models.TextField(default="going")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "cover"
        indexes = [
            models.Index(fields=["person", "valid_from"], condition=models.Q(state="set"), name="cover_person"),
            models.Index(fields=["absent", "valid_from"], condition=models.Q(state="set"), name="cover_absent"),
        ]

    @property
    def last(self) -> date | None:
        """The last day on which it holds; None where none is left of it."""
        if self.valid_to is None or self.valid_to <= self.valid_from:
            return None
        return self.valid_to - timedelta(days=1)

    @property
    def sim(self) -> bool:
        """Is it about simulated persons?"""
        return self.absent.sim

    def owned_by(self, viewer: Viewer) -> bool:
        """It is arranged by those who may, whoever it is about."""
        return False
