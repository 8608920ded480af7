"""What agencies tell each other about data they exchange."""

from __future__ import annotations

from typing import Literal

import msgspec

from sinergi.ledger.events import Event, Text

# Information as the law on public information classes it; terbatas: open to the parties of the agreement alone.
Classification = Literal["terbuka", "terbatas", "dikecualikan"]
# pribadi: personal data of the general kind (UU 27/2022). The specific kind (health, crime, children) has no class.
FieldClass = Literal["terbuka", "terbatas", "pribadi"]
Refresh = Literal["once", "on_change", "daily", "weekly", "monthly", "quarterly", "yearly"]


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One column: its name as sheets compare headers (kode_tps), its class, and whether it counts people."""

    name: str
    cls: FieldClass
    people: bool = False


class DatasetText(Text):
    """What a data set is called, what it may be used for, the legal basis; its fields as people read them, by name."""

    title: str
    purpose: str
    legal_basis: str
    labels: dict[str, str]


class DatasetListed(Event, kind="data.dataset_listed"):
    """An office enters a data set of its own into the catalogue. A later entry with the same code replaces it.

    `retention_days`: how long a recipient may keep what was delivered. `consequence_test`: the number of the test (uji
    konsekuensi) by which information is dikecualikan. `obligation`: what its delivery fulfils (D-02), if anything.
    """

    code: str
    cls: Classification
    refresh: Refresh
    retention_days: int
    fields: list[Field]
    article: int | None = None
    consequence_test: str = ""
    obligation: str = ""
    text: DatasetText | None = None
