"""Orders, letters and rosters, folded; and drafts, ordinary rows that never leave the police."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from django.db import models

from sinergi.features.orders.events import OrderText
from sinergi.ledger.models import Folded, FoldedPart

State = Literal["in_force", "replaced", "revoked"]


class DutyOrder(Folded):
    """One signed order; words are NULL once erased."""

    seq = models.BigIntegerField()
    plan = models.CharField(max_length=26)
    agency = models.CharField(max_length=64)
    office = models.CharField(max_length=64)
    acting = models.BooleanField()
    actor = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    leaf = models.CharField(max_length=64)
    year = models.PositiveSmallIntegerField()
    sprin = models.PositiveIntegerField()
    sprin_written = models.CharField(max_length=120)
    renpam = models.PositiveIntegerField()
    renpam_written = models.CharField(max_length=120)
    in_exercise = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    posts = models.PositiveIntegerField()
    stations = models.PositiveIntegerField()
    officers = models.PositiveIntegerField()
    letters = models.PositiveIntegerField()
    over = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    replaces = models.CharField(max_length=26, default="", blank=True)
    is_own_key = models.BooleanField()
    replaced_by = models.CharField(max_length=26, default="")
    replaced_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revocation = models.CharField(max_length=26, default="")
    revoked_words = models.TextField(null=True)
    drawn_files = models.PositiveIntegerField(default=0)
    drawn_digest = models.CharField(max_length=64, default="")
    activity = models.TextField(null=True)
    words = models.JSONField(null=True)

    @property
    def state(self) -> State:
        """Where it stands; what came first counts."""
        if self.revoked_at is not None and (self.replaced_at is None or self.revoked_at <= self.replaced_at):
            return "revoked"
        return "in_force" if self.replaced_at is None else "replaced"

    @property
    def is_readable(self) -> bool:
        """Whether its words are still here."""
        return self.words is not None


class DutyLetter(FoldedPart):
    """The place of one letter in its series. `held_by`: the order it hangs on now; `ended_by`: what ended it."""

    order = models.CharField(max_length=26, db_index=True)
    agency = models.CharField(max_length=64)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    written = models.CharField(max_length=120, db_index=True)
    in_exercise = models.BooleanField()
    code = models.CharField(max_length=26, unique=True)
    issued_at = models.DateTimeField()
    held_by = models.CharField(max_length=26, db_index=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=26, default="")


class Duty(FoldedPart):
    """One officer at one post under one order; gone once the order's text is erased."""

    order = models.CharField(max_length=26, db_index=True)
    place = models.PositiveIntegerField()
    letter = models.CharField(max_length=26, db_index=True)
    officer = models.CharField(max_length=20, db_index=True)
    name = models.CharField(max_length=100)
    rank = models.CharField(max_length=40)
    unit = models.CharField(max_length=100)
    phone = models.CharField(max_length=30)
    post = models.CharField(max_length=13)
    post_place = models.CharField(max_length=200)
    stations = models.JSONField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    over = models.CharField(max_length=300)
    district = models.CharField(max_length=6)
    district_name = models.CharField(max_length=100)
    commander = models.CharField(max_length=20, db_index=True)
    commander_name = models.CharField(max_length=100)
    commander_rank = models.CharField(max_length=40)
    commander_phone = models.CharField(max_length=30)

    @classmethod
    def of(cls, text: OrderText, *, order: str, codes: Mapping[tuple[int, int], str]) -> list[Duty]:
        """The duties of an order's text, not saved; `codes`: those of letters by year and number."""
        return [
            cls(
                order=order,
                place=place,
                letter=codes.get((row.year, row.number), ""),
                officer=row.officer,
                name=row.name,
                rank=row.rank,
                unit=row.unit,
                phone=row.phone,
                post=post.code,
                post_place=post.place,
                stations=post.stations,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                over=row.over,
                district=leader.district,
                district_name=leader.district_name,
                commander=leader.officer,
                commander_name=leader.name,
                commander_rank=leader.rank,
                commander_phone=leader.phone,
            )
            for place, row in enumerate(text.rows)
            for post, leader in [(text.posts[row.post], text.commanders[row.commander])]
        ]


class Intelligence(Folded):
    """The intelligence annex of one order; NULL once erased. On the police node alone."""

    order = models.CharField(max_length=26, db_index=True)
    words = models.TextField(null=True)


class Roster(Folded):
    """Who guards the stations under one agreement, as the police told; the last one along their log counts."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    seq = models.BigIntegerField()
    stated_at = models.DateTimeField()
    order = models.CharField(max_length=120)
    stations = models.PositiveIntegerField()
    officers = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    is_readable = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True)
    classification = "terbatas"


class RosterEntry(FoldedPart):
    """One officer at one station of a roster. `region`: the village."""

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="rows", db_constraint=False)
    region = models.CharField(max_length=10, db_index=True)
    station = models.CharField(max_length=13)
    post = models.CharField(max_length=13)
    rank = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    unit = models.CharField(max_length=100)
    phone = models.CharField(max_length=30)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()


class OrderDraft(models.Model):
    """An order that nobody has signed. `commanders`: service number by district; `issued`: the order made of it."""

    id = models.UUIDField(primary_key=True)
    plan = models.CharField(max_length=26)
    replaces = models.CharField(max_length=26, default="")
    activity = models.CharField(max_length=200)
    operation = models.CharField(max_length=200, default="")
    basis = models.TextField(default="")
    tasks = models.TextField(default="")
    situation = models.TextField(default="")
    intelligence = models.TextField(default="")
    phone = models.CharField(max_length=30, default="")
    commanders = models.JSONField(default=dict)
    made_by = models.CharField(max_length=32)
    changed_at = models.DateTimeField()
    laid_at = models.DateTimeField(null=True)
    returned_words = models.CharField(max_length=500, default="")
    issued = models.CharField(max_length=26, default="")


class DrawnFile(models.Model):
    """The hash of one file that was drawn: of a letter by its code, of the order by its key."""

    code = models.CharField(primary_key=True, max_length=40)
    order = models.CharField(max_length=26, db_index=True)
    pdf_hash = models.CharField(max_length=64)
