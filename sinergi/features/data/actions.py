"""What people can do about exchanged data. Each decides inside the write lock, from rows read there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from sinergi.features.agreement import public as agreements
from sinergi.features.data import rules, template
from sinergi.features.data.events import (
    DataDestroyed,
    DataGrantWithdrawn,
    DataReceived,
    DataRequestWithdrawn,
    DataUsed,
    Words,
)
from sinergi.features.data.models import (
    DataAnswer,
    DataDelivery,
    DataDestruction,
    DataOccasion,
    DataReceipt,
    DataRequest,
    Dataset,
    DataWithdrawal,
)
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import is_event_id
from sinergi.ledger import rows, store
from sinergi.ledger.events import RecordKey
from sinergi.ledger.grades import grade
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt, Writing, command, run

# Article 4's own obligation on secrecy, return and destruction.
DESTROYING = "D-07"
# With these codes the ledger says for good that this office states nothing more in that log: it left, or it is frozen.
NO_MORE_FACTS = ("K-110", "K-113")


@command
def list_dataset(log: Writing, /, *, agreement: str, seen: str = "", **told: Any) -> Receipt:
    """Enter a data set into this office's catalogue. Keywords are those of rules.listing.

    `seen`: the entry it was made from; where another one counts by now nothing is stated.
    """
    agreements.require(agreement, scope="data", on=log.at)
    entry = rules.listing(article=agreements.article_for(agreement, "data"), **told)
    current = entries(agreement, log.agency).get(entry.code)
    if seen and (current is None or current.key != seen):
        raise Refused("Kumpulan data ini diperbarui orang lain. Muat ulang, lalu ubah yang baru.", code="DAT-12")
    if not seen and current is not None:
        raise Refused("Kode ini sudah dipakai kumpulan data lain kantor ini.", code="DAT-13", field="code")
    return log.append(agreement, entry)


@command
def adopt(log: Writing, *, agreement: str, codes: Collection[str]) -> Receipt:
    """Take standing exchanges of the template, those that are not there yet, into this office's catalogue."""
    agreements.require(agreement, scope="data", on=log.at)
    article, known = agreements.article_for(agreement, "data"), entries(agreement, log.agency)
    wanted = [one for one in template.drafts_of(own_agency().kind) if one.code in codes and one.code not in known]
    if not wanted:
        raise Refused("Kumpulan data itu sudah ada dalam katalog kantor ini.", code="DAT-14")
    first, *_rest = [log.append(agreement, one.entry(article=article)) for one in wanted]
    return first


def entries(agreement: str, agency: str) -> dict[str, Dataset]:
    """The entries of an office's catalogue that count, by code."""
    found = Dataset.objects.filter(agreement=agreement, agency=agency).order_by("seq", "key")
    return {row.code: row for row in found}


@command
def ask(log: Writing, /, *, dataset: str, **told: Any) -> Receipt:
    """Ask another office for a data set of its catalogue. Keywords are those of rules.ask."""
    row = _dataset(dataset)
    agreements.require(row.agreement, scope="data", on=log.at)
    if row.agency == log.agency:
        raise Refused("Data kantor sendiri tidak perlu diminta.", code="DAT-40")
    _refuse_replaced(row)
    offered = [field.name for field in row.columns()]
    return log.append(row.agreement, rules.ask(dataset, offered=offered, on=localdate(log.at), **told))


@command
def answer(log: Writing, /, *, request: str, **told: Any) -> Receipt:
    """Decide on a request for this office's data. Keywords are those of rules.answer."""
    asked = DataRequest.objects.filter(key=request).first()
    if asked is None:
        raise Refused("Permintaan ini tidak dikenal di kantor ini.", code="DAT-41")
    agreements.require(asked.agreement, scope="data", on=log.at)
    if asked.owner != log.agency:
        raise Refused("Permintaan ini dijawab pemilik datanya.", code="DAT-42")
    office = log.by.office if log.by else ""
    if office not in rules.DECIDERS.get(own_agency().kind, ()):
        raise Refused("Permintaan data diputus Kapolres, atau Ketua dan Sekretaris KPU.", code="DAT-43")
    if DataAnswer.objects.filter(request=request).exists():
        raise Refused("Permintaan ini sudah diputus.", code="DAT-44")
    return log.append(asked.agreement, rules.answer(asked, on=localdate(log.at), **told))


@command
def withdraw_request(log: Writing, *, request: str, words: str) -> Receipt:
    """Take back a request of this office's that was not refused."""
    asked = DataRequest.objects.filter(key=request, agency=log.agency).first()
    if asked is None:
        raise Refused("Hanya kantor yang meminta dapat menarik permintaan ini.", code="DAT-71")
    if DataAnswer.objects.filter(request=request, agrees=False).exists():
        raise Refused("Permintaan ini sudah ditolak; tidak ada yang perlu ditarik.", code="DAT-72")
    _refuse_withdrawn(request)
    text = Words(words=rules.words_of(words, "words", rules.LONGEST_WORDS))
    return log.append(asked.agreement, DataRequestWithdrawn(request=RecordKey(request), text=text))


@command
def withdraw_grant(log: Writing, *, request: str, words: str) -> Receipt:
    """Take back this office's yes to a request; what was delivered under it may no longer be used."""
    said = DataAnswer.objects.filter(request=request, agency=log.agency, agrees=True).first()
    if said is None:
        raise Refused("Belum ada persetujuan kantor ini yang dapat dicabut.", code="DAT-73")
    office = log.by.office if log.by else ""
    if office not in rules.DECIDERS.get(own_agency().kind, ()):
        raise Refused("Permintaan data diputus Kapolres, atau Ketua dan Sekretaris KPU.", code="DAT-43")
    _refuse_withdrawn(said.key)
    text = Words(words=rules.words_of(words, "words", rules.LONGEST_WORDS))
    return log.append(said.agreement, DataGrantWithdrawn(answer=RecordKey(said.key), text=text))


@command
def deliver(log: Writing, /, *, dataset: str, recipient: str, answer: str, **told: Any) -> Receipt:
    """State that a table was sealed for `recipient`. Keywords are those of rules.delivery, but the day."""
    row, today = _dataset(dataset), localdate(log.at)
    info = agreements.require(row.agreement, scope="data", on=log.at)
    if row.agency != log.agency:
        raise Refused("Hanya pemilik data yang menyerahkannya.", code="DAT-45")
    if recipient not in info.parties or recipient == log.agency:
        raise Refused("Pilih pihak lain dalam perjanjian sebagai penerima.", code="DAT-46", field="recipient")
    if not answer and not row.obligation:
        raise Refused("Data ini diserahkan setelah diminta dan disetujui.", code="DAT-47")
    if not answer:
        _refuse_replaced(row)
    due = [] if answer else open_occasions(row.agreement, log.agency, row.obligation, recipient=recipient)
    event = rules.delivery(dataset, recipient=recipient, answer=answer, on=today, occasions=due, **told)
    # What was asked for besides is not the whole that the article promises.
    return log.append(row.agreement, event, obligation="" if answer else row.obligation)


def open_occasions(agreement: str, agency: str, obligation: str, *, recipient: str) -> list[str]:
    """Keys of what made a delivery due and that no delivery to `recipient` answers yet, earliest first."""
    answered = {
        key
        for keys in DataDelivery.objects.filter(agreement=agreement, agency=agency, recipient=recipient).values_list(
            "occasions_json", flat=True
        )
        for key in keys
    }
    found = DataOccasion.objects.filter(agreement=agreement, agency=agency, obligation=obligation)
    keys = found.order_by("stated_at", "key").values_list("key", flat=True)
    return [key for key in keys if key not in answered][: rules.MOST_OCCASIONS]


@command
def state_occasion(log: Writing, /, *, dataset: str, **told: Any) -> Receipt:
    """State what makes a delivery of this office's data set due. Keywords are those of rules.occasion, but the day."""
    row, today = _dataset(dataset), localdate(log.at)
    agreements.require(row.agreement, scope="data", on=log.at)
    if row.agency != log.agency:
        raise Refused("Hanya pemilik data yang menyerahkannya.", code="DAT-45")
    event = rules.occasion(dataset, obligation=row.obligation, on=today, **told)
    return log.append(row.agreement, event, cls="terbatas")


@command
def confirm_receipt(log: Writing, *, delivery: str) -> Receipt:
    """State that this node has a delivery whole and can open it."""
    row = _own_delivery(delivery, log)
    if DataReceipt.objects.filter(delivery=delivery).exists():
        raise Refused("Penerimaan ini sudah dicatat.", code="DAT-48")
    if DataDestruction.objects.filter(delivery=delivery).exists():
        raise Refused("Data ini sudah dimusnahkan.", code="DAT-54")
    shown = "" if row.answer else _dataset(row.dataset).obligation
    return log.append(row.agreement, DataReceived(delivery=RecordKey(delivery)), obligation=shown)


def use(*, id: str, by: Actor | None, at: datetime, delivery: str, words: str) -> Receipt:
    """State that somebody of this office opens the data, and what for. The owner sees it.

    Every opening is a fact of its own: unlike other actions, an id that was used before is Refused.
    """

    def once() -> Receipt:
        if is_event_id(id) and store.receipt_of(id) is not None:
            raise Refused("Pembukaan ini sudah dicatat. Muat ulang halaman untuk membuka lagi.", code="DAT-63")
        return _use(id=id, by=by, at=at, delivery=delivery, words=words)

    return run(once)


@command
def _use(log: Writing, *, delivery: str, words: str) -> Receipt:
    row = _own_delivery(delivery, log)
    require_kept(row, localdate(log.at))
    text = Words(words=rules.words_of(words, "words", rules.LONGEST))
    return log.append(row.agreement, DataUsed(delivery=RecordKey(delivery), rows=row.rows, text=text))


def require_kept(row: DataDelivery, on: date) -> None:
    """Raise Refused where the data of a delivery may not be opened on that day."""
    stands = stands_at(row, on)
    if stands == "sent":
        raise Refused("Datanya belum sampai di simpul ini.", code="DAT-49")
    if stands != "kept":
        raise Refused("Data ini tidak boleh dipakai lagi: masa pakainya habis atau sudah dimusnahkan.", code="DAT-53")


@command
def destroy(log: Writing, *, delivery: str, words: str) -> Receipt:
    """Attest that this office holds the data no longer; the caller deletes the object once this is stored."""
    row = _own_delivery(delivery, log)
    if DataDestruction.objects.filter(delivery=delivery).exists():
        raise Refused("Pemusnahan ini sudah dicatat.", code="DAT-50")
    text = Words(words=rules.words_of(words, "words", rules.LONGEST))
    return log.append(row.agreement, DataDestroyed(delivery=RecordKey(delivery), text=text), obligation=DESTROYING)


def stands_at(row: DataDelivery, on: date) -> rules.State:
    """Where a delivery stands on that day."""
    asked = DataAnswer.objects.filter(key=row.answer or "-").values("request")
    withdrawn = DataWithdrawal.objects.filter(Q(about=row.answer or "-") | Q(about__in=asked))
    taken_back = withdrawn.order_by("withdrawn_at", "key").first()
    return rules.state(
        received=DataReceipt.objects.filter(delivery=row.key).exists(),
        destroyed=DataDestruction.objects.filter(delivery=row.key).exists(),
        uses_until=row.uses_until,
        on=on,
        withdrawn_on=None if taken_back is None else localdate(taken_back.withdrawn_at),
        known_on=None if taken_back is None else _known_on(taken_back, row, on),
    )


def _known_on(taken_back: DataWithdrawal, row: DataDelivery, on: date) -> date | None:
    """Since when another node has that withdrawal; `on` while none has, None where the author's clock counts."""
    if row.exercise:
        return None
    arrived = grade(taken_back.key).arrived_at
    return on if arrived is None else localdate(arrived)


def answers_taken_back() -> QuerySet[DataAnswer, Any]:
    """Keys of the answers under which nothing is given or used any more: they or their request were taken back."""
    about = DataWithdrawal.objects.values("about")
    return DataAnswer.objects.filter(Q(key__in=about) | Q(request__in=about)).values("key")


def may_state(agreement: str, agency: str, *, on: date) -> bool:
    """Whether that office can state anything under the agreement on that day: it has not left, nor is it suspended."""
    info = agreements.agreement(agreement, on)
    return info is not None and info.state != "suspended" and not rows.has_left(agreement, agency)


def _refuse_withdrawn(about: str) -> None:
    if DataWithdrawal.objects.filter(about=about).exists():
        raise Refused("Penarikan ini sudah dicatat.", code="DAT-74")


def _refuse_replaced(row: Dataset) -> None:
    if entries(row.agreement, row.agency)[row.code].key != row.key:
        raise Refused("Isi katalog ini sudah diganti. Buka kumpulan data itu lagi dari katalog.", code="DAT-15")


def _dataset(key: str) -> Dataset:
    row = Dataset.objects.filter(key=key).first()
    if row is None:
        raise Refused("Kumpulan data ini tidak dikenal di kantor ini.", code="DAT-51")
    return row


def _own_delivery(key: str, log: Writing) -> DataDelivery:
    row = DataDelivery.objects.filter(key=key, recipient=log.agency).first()
    if row is None:
        raise Refused("Penyerahan ini bukan untuk kantor ini.", code="DAT-52")
    return row
