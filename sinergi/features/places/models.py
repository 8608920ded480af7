"""Regions, station lists and stations."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sinergi.access.models import User, covering
from sinergi.features.places.events import StationRow
from sinergi.ledger.models import Folded, FoldedPart


class Region(models.Model):
    """One region by its Interior Ministry code. `area` is a GeoJSON geometry, drawn by us or imported."""

    class Area(models.TextChoices):
        NONE = "", "belum ada"
        DRAWN = "drawn", "gambaran"
        IMPORTED = "imported", "batas resmi"

    code = models.CharField(primary_key=True, max_length=10)
    name = models.CharField(max_length=100)
    level = models.CharField(max_length=10, db_index=True)
    parent = models.CharField(max_length=10, db_index=True, default="")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    area = models.TextField(default="")
    area_kind = models.CharField(max_length=10, choices=Area.choices, default=Area.NONE)
    source = models.CharField(max_length=200, default="")


class StationLists(models.QuerySet["StationList"]):
    """Finds lists."""

    def newest_first(self) -> StationLists:
        """In the order in which later ones replace earlier ones: by the author's clock, then its log."""
        return self.order_by("-published_at", "-seq", "-key")

    def current(self) -> StationLists:
        """The list in force of each regency: the newest whose rows this node can read."""
        newer = StationList.objects.filter(regency=models.OuterRef("regency"), is_readable=True).newest_first()
        return self.filter(pk=models.Subquery(newer.values("pk")[:1]))


class StationList(Folded):
    """What a commission published about one regency. Rows stand in `Station` unless they were erased."""

    agreement = models.CharField(max_length=64, db_index=True)
    author = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    regency = models.CharField(max_length=4, db_index=True)
    stations = models.PositiveIntegerField()
    special_stations = models.PositiveIntegerField()
    voters = models.PositiveIntegerField(null=True)
    voters_male = models.PositiveIntegerField(null=True)
    voters_female = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    exercise = models.BooleanField(default=False)
    is_readable = models.BooleanField(default=False)

    objects = StationLists.as_manager()


class Stations(models.QuerySet["Station"]):
    """Finds stations."""

    def current(self) -> Stations:
        """Those of the lists in force."""
        # Two short queries: the lists in force are few, and a nested query would be asked for every row.
        return self.filter(list__in=list(StationList.objects.current().values_list("pk", flat=True)))

    def visible_to(self, user: User, permission: str = "places.read") -> Stations:
        """Those in the regions and agreements of a duty that grants `permission`."""
        return self.filter(covering(user.duties_for(permission), agreement="list__agreement", region="code"))

    def inside(self, region: str) -> Stations:
        """Those in `region`; all for the empty code."""
        return self.filter(code__startswith=region) if region else self

    def matching(self, words: str) -> Stations:
        """Those whose code begins with `words`, or whose village or address holds them."""
        found = self
        for word in words.split():
            villages = Region.objects.filter(level="village", name__icontains=word).values("code")
            found = found.filter(Q(code__startswith=word) | Q(village__in=villages) | Q(address__icontains=word))
        return found


class Station(FoldedPart):
    """One polling station of one list. `village` is the code of its village, `number` the last three digits."""

    list = models.ForeignKey(StationList, on_delete=models.CASCADE, related_name="rows")
    code = models.CharField(max_length=13)
    village = models.CharField(max_length=10, db_index=True)
    number = models.PositiveSmallIntegerField()
    address = models.CharField(max_length=300, default="")
    lat_e6 = models.IntegerField(null=True)
    lon_e6 = models.IntegerField(null=True)
    voters = models.PositiveIntegerField(null=True)
    voters_male = models.PositiveIntegerField(null=True)
    voters_female = models.PositiveIntegerField(null=True)
    is_special = models.BooleanField(default=False)
    no_signal = models.BooleanField(null=True)

    objects = Stations.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="station_once_in_list")]

    @property
    def lat(self) -> float | None:
        """Degrees north."""
        return None if self.lat_e6 is None else self.lat_e6 / 1e6

    @property
    def lon(self) -> float | None:
        """Degrees east."""
        return None if self.lon_e6 is None else self.lon_e6 / 1e6

    def as_row(self) -> StationRow:
        """The station as the commission stated it."""
        return StationRow(
            code=self.code,
            address=self.address,
            lat_e6=self.lat_e6,
            lon_e6=self.lon_e6,
            voters=self.voters,
            voters_male=self.voters_male,
            voters_female=self.voters_female,
            is_special=self.is_special,
            no_signal=self.no_signal,
        )
