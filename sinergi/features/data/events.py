"""What agencies tell each other about data they exchange."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from sinergi.ledger.events import Event, RecordKey, Text

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


class RequestText(Text):
    """What the data is needed for, and the legal basis."""

    purpose: str
    legal_basis: str


class DataRequested(Event, kind="data.requested"):
    """An office asks another for a data set of its catalogue: which fields, and from when until when it uses them."""

    dataset: RecordKey
    fields: list[str]
    uses_from: date
    uses_until: date
    text: RequestText | None = None


class Words(Text):
    """Conditions or a reason; what a use was for; the number of the minutes of destruction."""

    words: str


class DataAnswered(Event, kind="data.answered"):
    """The office that keeps the data set decides, once: which of the fields asked for, and until when, or no."""

    request: RecordKey
    agrees: bool
    fields: list[str] = []
    uses_until: date | None = None
    text: Words | None = None


class DataRequestWithdrawn(Event, kind="data.request_withdrawn"):
    """Who asked needs it no longer: once its owner knows this, nothing is granted or delivered. The words say why.

    What was delivered under it is used no longer and destroyed.
    """

    request: RecordKey
    text: Words | None = None


class DataGrantWithdrawn(Event, kind="data.grant_withdrawn"):
    """The owner takes its yes back. From that day on what was delivered under it may not be used, and is destroyed."""

    answer: RecordKey
    text: Words | None = None


class DataOccasionStated(Event, kind="data.occasion_stated"):
    """Something took place or will, on a day, that makes a delivery of the author's data set due: a plenary that
    decided on contestants (D-04), a movement of logistics (D-03). The words say which."""

    dataset: RecordKey
    on: date
    text: Words | None = None


class DataDelivered(Event, kind="data.delivered"):
    """A table was sealed for one recipient. `object`: SHA-256 of the sealed object, `size` its bytes, `rows` its rows.

    Under `answer`, or without one as a standing exchange: then the data set's own obligation is the ground. The
    recipient may use it until `uses_until`, and destroys it then. `occasions`: what made this delivery due.
    """

    dataset: RecordKey
    recipient: str
    object: str
    size: int
    rows: int
    fields: list[str]
    uses_until: date
    answer: RecordKey | None = None
    occasions: list[RecordKey] = []


class DataReceived(Event, kind="data.received"):
    """The recipient's node has the object whole and can open it."""

    delivery: RecordKey


class DataUsed(Event, kind="data.used"):
    """Somebody of the recipient opened the data. The office is the author's, `rows` how many; the words: what for."""

    delivery: RecordKey
    rows: int
    text: Words | None = None


class DataDestroyed(Event, kind="data.destroyed"):
    """The recipient attests that it holds the data no longer. The words are the number of the minutes (BA)."""

    delivery: RecordKey
    text: Words | None = None
