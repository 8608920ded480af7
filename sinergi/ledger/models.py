"""The tables of the ledger, and the bases for tables that are folded from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models

from sinergi.ledger import composed


class Agency(models.Model):
    """An agency this node knows: itself and those it was introduced to by an invitation."""

    id = models.CharField(primary_key=True, max_length=64)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    region = models.CharField(max_length=13, default="")
    is_self = models.BooleanField(default=False)


class Key(models.Model):
    """A public key that an agency's identity log names for one use, at place `seq` of it.

    `last` once it was revoked: by log, the last place whose entry by this key is trusted.
    """

    kid = models.CharField(max_length=32)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="keys")
    use = models.CharField(max_length=12)
    public = models.BinaryField()
    seq = models.BigIntegerField(default=0)
    last = models.JSONField(null=True)
    reason = models.CharField(max_length=8, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "kid", "use"], name="key_once")]


class Agreement(models.Model):
    """What the ledger must know of an agreement: who its parties are and in which role its logs run."""

    id = models.CharField(primary_key=True, max_length=64)
    role = models.CharField(max_length=49)
    founder = models.CharField(max_length=64)
    # Founded to be negotiated: its founder has not joined by founding it.
    opened = models.BooleanField(default=False)

    @property
    def exercise(self) -> bool:
        """Whether everything under it is an exercise (LATIHAN)."""
        return self.role.startswith("exercise/")

    def party_ids(self) -> list[str]:
        """Agency ids of all parties, founder first."""
        return [party.agency for party in self.parties.order_by("place")]


class Party(models.Model):
    """One party of one agreement, and where in its log it left."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="parties")
    agency = models.CharField(max_length=64)
    place = models.PositiveSmallIntegerField()
    left_seq = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agreement", "agency"], name="party_once")]


class Joined(models.Model):
    """Where in its log a party joined which terms: the record that holds them."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="joined")
    terms = models.CharField(max_length=26)
    seq = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["party", "terms"], name="joined_once")]


class Log(models.Model):
    """One single-writer log: of this agency, or a verified copy of another's.

    `size` entries are stored under `root`; `folded` of them have been judged and folded into the tables.
    """

    origin = models.CharField(max_length=64, unique=True)
    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    role = models.CharField(max_length=49)
    size = models.BigIntegerField(default=0)
    folded = models.BigIntegerField(default=0)
    root = models.BinaryField(default=bytes)
    peaks = models.BinaryField(default=bytes)
    head = models.CharField(max_length=64, default="0" * 64)
    head_lam = models.BigIntegerField(default=0)
    # The newest checkpoint of the author that this node has verified, or signed if the log is its own.
    checkpoint_size = models.BigIntegerField(default=0)
    checkpoint_note = models.BinaryField(default=bytes)
    frozen = models.CharField(max_length=200, default="")
    # Where two histories were proved: so many entries had been folded by then, and none is folded after.
    frozen_at = models.BigIntegerField(null=True)
    is_own = models.BooleanField(default=False)

    @property
    def foldable(self) -> int:
        """How many of the stored entries may be folded: all, or those folded before two histories were proved."""
        return self.size if self.frozen_at is None else self.frozen_at


class Entry(models.Model):
    """One entry: the exact bytes as received, and this node's verdict on them."""

    class State(models.TextChoices):
        WAITING = "waiting"
        FOLDED = "folded"
        INVALID = "invalid"
        UNKNOWN = "unknown"

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="entries")
    seq = models.BigIntegerField()
    key = models.CharField(max_length=26, db_index=True)
    kind = models.CharField(max_length=80)
    lam = models.BigIntegerField()
    data = models.BinaryField()
    leaf = models.BinaryField()
    has_body = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    verdict = models.CharField(max_length=300, default="")
    stored_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["log", "seq"], name="entry_once")]


class Body(models.Model):
    """The erasable part of an entry: gone once erased, while the entry and its commitment stay."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="body")
    salt = models.BinaryField()
    data = models.BinaryField()


class Erased(models.Model):
    """The body of this entry was erased here: it is not taken again, whoever offers it."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, primary_key=True, related_name="erased")


class Node(models.Model):
    """The hash of one full subtree of 2**level leaves (level 1 and up; leaves are in Entry)."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["log", "level", "index"], name="node_once")]


class Cosignature(models.Model):
    """One party's cosignature under a checkpoint of another's log."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="cosignatures")
    agency = models.CharField(max_length=64)
    use = models.CharField(max_length=8)
    size = models.BigIntegerField()
    root = models.BinaryField()
    line = models.BinaryField()
    signed_at = models.DateTimeField()
    note = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "agency", "use", "size"], name="cosignature_once")
        ]


class TimeAuthority(models.Model):
    """Somebody outside who stamps times (RFC 3161), as this node's operator named it.

    `certificates`: what it is trusted by, PEM; `fingerprint` names them. One that was removed is asked no more; what it
    stamped stays proof.
    """

    fingerprint = models.CharField(primary_key=True, max_length=64)
    url = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    certificates = models.BinaryField()
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    last_try = models.DateTimeField(null=True)
    last_answer = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, default="")


class Stamp(models.Model):
    """A time-stamp under a checkpoint of a log: the authority's `reply`, the `note` with its author's line alone."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="stamps")
    authority = models.ForeignKey(TimeAuthority, on_delete=models.PROTECT)
    size = models.BigIntegerField()
    note = models.BinaryField()
    reply = models.BinaryField()
    stamped_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["log", "authority", "size"], name="stamp_once")]


class Witnessed(models.Model):
    """The largest checkpoint this node cosigned, as an outside witness, of a log it holds nothing of.

    `agency`: whose checkpoint key signed the first one; `note`: the newest, with its author's signature alone.
    """

    origin = models.CharField(max_length=64, unique=True)
    agency = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.BinaryField()
    first_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class WitnessedFork(models.Model):
    """Portable proof (forks.Fork) that the author of a witnessed log signed two histories; the first one found."""

    origin = models.CharField(max_length=64, unique=True)
    first = models.BinaryField()
    second = models.BinaryField()
    proof = models.BinaryField(default=bytes)
    found_at = models.DateTimeField()


class Unreached(models.Model):
    """A checkpoint the author signed that our copy cannot be compared with yet; gone once it was."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["log", "size", "root"], name="unreached_once")]


class Equivocation(models.Model):
    """Two signed checkpoints or entries of one log that contradict each other: portable proof, kept for ever.

    `proof` is what shows that two checkpoints of different sizes do not fit (forks.Fork).
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT)
    first = models.BinaryField()
    second = models.BinaryField()
    proof = models.BinaryField(default=bytes)
    found_at = models.DateTimeField()


class Start(models.Model):
    """The last start that was free to sign: what the file beside the store must say and when it was changed (guard)."""

    token = models.CharField(max_length=32)
    changed = models.BigIntegerField()


class FoldedBy(models.Model):
    """How the tables were folded: for each room a digest of what decided it (rebuild.versions).

    `run` counts how often all of them were folded anew.
    """

    room = models.CharField(primary_key=True, max_length=100)
    version = models.CharField(max_length=64)
    run = models.PositiveIntegerField(default=0)


class FoldedTable(models.Model):
    """Base of every table that is folded from the log: it can be dropped and rebuilt, and nothing else writes it."""

    class Meta:
        abstract = True

    @classmethod
    def tables(cls) -> Iterable[type[FoldedTable]]:
        """Every concrete folded table of all features, in a fixed order."""
        found: list[type[FoldedTable]] = []
        for child in cls.__subclasses__():
            found.extend(child.tables())
            if not child._meta.abstract:
                found.append(child)
        return sorted(found, key=lambda table: table._meta.label)

    @classmethod
    def insert(cls, **columns: Any) -> None:
        """Insert one row, cheaper than `objects.create`: no signals, no object. Columns by their name in the table."""
        composed.insert(cls, columns)

    @classmethod
    def change(cls, where: dict[str, Any], **columns: Any) -> None:
        """Set columns of the rows whose columns equal `where`."""
        composed.change(cls, where, columns)

    @classmethod
    def look(cls, *columns: str, where: dict[str, Any], order: str = "") -> tuple[Any, ...] | None:
        """These columns of the first row that equals `where`, or None; `order`: one column, `-` from the end."""
        return composed.look(cls, columns, where, order)

    @classmethod
    def every(cls, **where: Any) -> list[Self]:
        """All rows whose columns equal `where`, in the order of their key."""
        return composed.every(cls, where)

    @classmethod
    def under(cls, agreements: Iterable[str]) -> dict[str, list[Self]]:
        """All rows of each of these agreements (column `agreement`), in the order of their key."""
        return composed.under(cls, list(agreements))

    @classmethod
    def content(cls) -> list[tuple[Any, ...]]:
        """All rows as comparable tuples, in a fixed order, without row numbers the database invented.

        Values are as the database keeps them.
        """
        return sorted((tuple(map(_plain, row)) for row in composed.rows(cls)), key=repr)


class Folded(FoldedTable):
    """A row that one record makes: its key is the record's key."""

    key = models.CharField(primary_key=True, max_length=26)

    class Meta:
        abstract = True


class FoldedPart(FoldedTable):
    """One of several rows that one record makes."""

    class Meta:
        abstract = True


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
