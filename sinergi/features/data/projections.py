"""What each fact about exchanged data changes."""

from __future__ import annotations

import msgspec

from sinergi.features.agreement import public as agreements
from sinergi.features.data import rules
from sinergi.features.data.events import (
    DataAnswered,
    DataDelivered,
    DataDestroyed,
    DataGrantWithdrawn,
    DataOccasionStated,
    DataReceived,
    DataRequested,
    DataRequestWithdrawn,
    DatasetListed,
    DatasetText,
    DataUsed,
    RequestText,
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
    DataUse,
    DataWithdrawal,
)
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line
from sinergi.ledger import rows
from sinergi.ledger.catalog import Envelope, Had, Ignored, folds, folds_text, judges


@judges
def not_against_what_its_author_knew(envelope: Envelope, had: Had) -> None:
    """Nothing is asked for, granted, delivered or used that its author knew to be replaced or withdrawn.

    What its author had decides, not what has arrived here: the same on every node, in any order of arrival.
    """
    if envelope.kind == DataRequested.kind:
        for row in (row for key in envelope.refs for row in Dataset.every(key=key)):
            same = Dataset.every(agreement=row.agreement, agency=row.agency, code=row.code)
            if any(other.seq > row.seq and had(other.key) for other in same):
                raise Ignored(
                    "that entry of the catalogue was replaced",
                    Refused("Isi katalog ini sudah diganti. Buka kumpulan data itu lagi dari katalog.", code="DAT-15"),
                )
    elif envelope.kind in (DataAnswered.kind, DataDelivered.kind, DataUsed.kind):
        above = set(envelope.refs)
        above |= {row.answer for key in envelope.refs for row in DataDelivery.every(key=key)}
        above |= {row.request for key in tuple(above) for row in DataAnswer.every(key=key)}
        if any(had(row.key) for key in above for row in DataWithdrawal.every(about=key)):
            raise Ignored(
                "it was withdrawn before",
                Refused("Permintaan atau persetujuan ini sudah ditarik.", code="DAT-70"),
            )


@folds(DatasetListed)
def dataset_listed(event: DatasetListed, envelope: Envelope) -> None:
    """An entry of the author's own catalogue."""
    if rules.listing_flaw(event):
        raise Ignored("it is no possible entry of a catalogue")
    Dataset.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        exercise=envelope.exercise,
        seq=envelope.seq,
        stated_at=envelope.at,
        code=event.code,
        information_class=event.cls,
        refresh=event.refresh,
        retention_days=event.retention_days,
        article=event.article,
        consequence_test=event.consequence_test,
        obligation=event.obligation,
        fields_json=msgspec.to_builtins(event.fields),
    )


@folds_text(DatasetListed)
def dataset_text(text: DatasetText | None, envelope: Envelope) -> None:
    """What it is called and may be used for."""
    if text is None:
        words: dict[str, object] = dict.fromkeys(("title", "purpose", "legal_basis", "labels_json"))
    else:
        labels = list(text.labels.items())[: rules.MOST_FIELDS]
        words = {
            "title": line(text.title)[: rules.LONGEST],
            "purpose": rules.tidy(text.purpose, rules.LONGEST_WORDS),
            "legal_basis": rules.tidy(text.legal_basis, rules.LONGEST_WORDS),
            "labels_json": {name: line(label)[: rules.LONGEST_LABEL] for name, label in labels},
        }
    Dataset.change({"key": envelope.key}, **words)


@folds(DataRequested)
def requested(event: DataRequested, envelope: Envelope) -> None:
    """A request for another office's data set."""
    row = _dataset(event.dataset, envelope)
    if row.agency == envelope.agency:
        raise Ignored("nobody asks for data of their own")
    if rules.request_flaw(event, [field.name for field in row.columns()]):
        raise Ignored("it is no possible request for that data")
    DataRequest.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        owner=row.agency,
        dataset=event.dataset,
        exercise=envelope.exercise,
        office=envelope.office,
        asked_at=envelope.at,
        fields_json=event.fields,
        uses_from=event.uses_from,
        uses_until=event.uses_until,
    )


@folds_text(DataRequested)
def request_text(text: RequestText | None, envelope: Envelope) -> None:
    """What for, and on which legal basis."""
    DataRequest.change(
        {"key": envelope.key},
        purpose=None if text is None else rules.tidy(text.purpose, rules.LONGEST_WORDS),
        legal_basis=None if text is None else rules.tidy(text.legal_basis, rules.LONGEST_WORDS),
    )


@folds(DataAnswered)
def answered(event: DataAnswered, envelope: Envelope) -> None:
    """The owner's decision, by an official who may decide."""
    asked = next(iter(DataRequest.every(key=event.request, agreement=envelope.agreement)), None)
    if asked is None:
        raise Ignored("it answers no request for data")
    if asked.owner != envelope.agency:
        raise Ignored("only who keeps the data decides on it")
    if envelope.office not in rules.DECIDERS.get(rows.agency_kind(envelope.agency), ()):
        raise Ignored("its author may not decide on data")
    if rules.answer_flaw(event, asked):
        raise Ignored("it gives more than was asked for")
    if DataAnswer.look("key", where={"request": event.request}):
        raise Ignored("the request was decided before")
    DataAnswer.insert(
        key=envelope.key,
        request=event.request,
        agreement=envelope.agreement,
        agency=envelope.agency,
        office=envelope.office,
        acting=envelope.acting,
        answered_at=envelope.at,
        agrees=event.agrees,
        fields_json=event.fields,
        uses_until=event.uses_until,
    )


@folds_text(DataAnswered)
def answer_text(text: Words | None, envelope: Envelope) -> None:
    """Conditions, or why not."""
    DataAnswer.change({"key": envelope.key}, words=_words(text))


@folds(DataRequestWithdrawn)
def request_withdrawn(event: DataRequestWithdrawn, envelope: Envelope) -> None:
    """Who asked takes the request back, once."""
    if not DataRequest.every(key=event.request, agreement=envelope.agreement, agency=envelope.agency):
        raise Ignored("only whose it is withdraws it")
    _withdraw(event.request, envelope)


@folds(DataGrantWithdrawn)
def grant_withdrawn(event: DataGrantWithdrawn, envelope: Envelope) -> None:
    """The owner takes its yes back, once, by an official who may decide."""
    said = DataAnswer.every(key=event.answer, agreement=envelope.agreement, agency=envelope.agency, agrees=True)
    if not said:
        raise Ignored("only whose it is withdraws it")
    if envelope.office not in rules.DECIDERS.get(rows.agency_kind(envelope.agency), ()):
        raise Ignored("its author may not decide on data")
    _withdraw(event.answer, envelope)


@folds_text(DataRequestWithdrawn)
def request_withdrawal_text(text: Words | None, envelope: Envelope) -> None:
    """Why."""
    DataWithdrawal.change({"key": envelope.key}, words=_words(text))


@folds_text(DataGrantWithdrawn)
def grant_withdrawal_text(text: Words | None, envelope: Envelope) -> None:
    """Why."""
    DataWithdrawal.change({"key": envelope.key}, words=_words(text))


@folds(DataOccasionStated)
def occasion_stated(event: DataOccasionStated, envelope: Envelope) -> None:
    """What makes a delivery of the author's own data set due."""
    row = _dataset(event.dataset, envelope)
    if row.agency != envelope.agency or row.obligation not in rules.OCCASIONS:
        raise Ignored("it makes no delivery of its author's due")
    DataOccasion.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        dataset=row.key,
        obligation=row.obligation,
        exercise=envelope.exercise,
        stated_at=envelope.at,
        on=event.on,
    )


@folds_text(DataOccasionStated)
def occasion_text(text: Words | None, envelope: Envelope) -> None:
    """Which it is."""
    DataOccasion.change({"key": envelope.key}, words=_words(text))


@folds(DataDelivered)
def delivered(event: DataDelivered, envelope: Envelope) -> None:
    """A table sealed for another party, under a yes of the author's or as a standing exchange."""
    row = _dataset(event.dataset, envelope)
    info = agreements.agreement(envelope.agreement)
    parties = info.parties if info else ()
    if row.agency != envelope.agency or event.recipient == envelope.agency or event.recipient not in parties:
        raise Ignored("only who keeps the data delivers it, to another party")
    granted = [field.name for field in row.columns()]
    if event.answer is None:
        if not row.obligation:
            raise Ignored("nobody had asked for that data")
        same = Dataset.every(agreement=row.agreement, agency=row.agency, code=row.code)
        # Both stand in the author's own log, so every node sees them in the same order.
        if any(row.seq < other.seq < envelope.seq for other in same):
            raise Ignored("that entry of the catalogue was replaced")
    else:
        said = next(iter(DataAnswer.every(key=event.answer, agreement=envelope.agreement, agrees=True)), None)
        asked = None if said is None else next(iter(DataRequest.every(key=said.request)), None)
        if said is None or asked is None or asked.agency != event.recipient or asked.dataset != event.dataset:
            raise Ignored("nobody had asked for that data")
        granted = said.fields_json
        if said.uses_until is None or event.uses_until > said.uses_until:
            raise Ignored("it gives more than was asked for")
    due = (one for key in event.occasions for one in DataOccasion.every(key=key, agreement=envelope.agreement))
    mine = [one.key for one in due if one.agency == envelope.agency and one.obligation == row.obligation]
    if rules.delivery_flaw(event, granted) or mine != event.occasions:
        raise Ignored("it is no possible delivery")
    DataDelivery.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        recipient=event.recipient,
        dataset=event.dataset,
        answer=event.answer or "",
        exercise=envelope.exercise,
        office=envelope.office,
        delivered_at=envelope.at,
        object=event.object,
        size=event.size,
        rows=event.rows,
        fields_json=event.fields,
        uses_until=event.uses_until,
        occasions_json=event.occasions,
    )


@folds(DataReceived)
def received(event: DataReceived, envelope: Envelope) -> None:
    """The recipient's node has it, once."""
    _of_recipient(event.delivery, envelope)
    if DataReceipt.look("key", where={"delivery": event.delivery}):
        raise Ignored("it was received before")
    # Both are the recipient's own, so every node sees them in the same order.
    if DataDestruction.look("key", where={"delivery": event.delivery}):
        raise Ignored("it was destroyed before")
    DataReceipt.insert(key=envelope.key, delivery=event.delivery, received_at=envelope.at)


@folds(DataUsed)
def used(event: DataUsed, envelope: Envelope) -> None:
    """One use by the recipient, while it holds the data."""
    most = _of_recipient(event.delivery, envelope).rows
    if not DataReceipt.look("key", where={"delivery": event.delivery}):
        raise Ignored("nobody uses what has not arrived")
    if DataDestruction.look("key", where={"delivery": event.delivery}) or not 0 <= event.rows <= most:
        raise Ignored("it is no possible use")
    DataUse.insert(
        key=envelope.key, delivery=event.delivery, office=envelope.office, used_at=envelope.at, rows=event.rows
    )


@folds_text(DataUsed)
def use_text(text: Words | None, envelope: Envelope) -> None:
    """What for."""
    DataUse.change({"key": envelope.key}, words=_words(text))


@folds(DataDestroyed)
def destroyed(event: DataDestroyed, envelope: Envelope) -> None:
    """The recipient's attestation, once."""
    _of_recipient(event.delivery, envelope)
    if DataDestruction.look("key", where={"delivery": event.delivery}):
        raise Ignored("it was destroyed before")
    DataDestruction.insert(key=envelope.key, delivery=event.delivery, office=envelope.office, destroyed_at=envelope.at)


@folds_text(DataDestroyed)
def destruction_text(text: Words | None, envelope: Envelope) -> None:
    """The number of the minutes."""
    DataDestruction.change({"key": envelope.key}, words=_words(text))


def _withdraw(about: str, envelope: Envelope) -> None:
    if DataWithdrawal.look("key", where={"about": about}):
        raise Ignored("it was withdrawn before")
    DataWithdrawal.insert(key=envelope.key, about=about, office=envelope.office, withdrawn_at=envelope.at)


def _dataset(key: str, envelope: Envelope) -> Dataset:
    found = next(iter(Dataset.every(key=key, agreement=envelope.agreement)), None)
    if found is None:
        raise Ignored("it names no data set of this agreement")
    return found


def _of_recipient(key: str, envelope: Envelope) -> DataDelivery:
    found = next(iter(DataDelivery.every(key=key, agreement=envelope.agreement)), None)
    if found is None or found.recipient != envelope.agency:
        raise Ignored("only its recipient says that about a delivery")
    return found


def _words(text: Words | None) -> str | None:
    return None if text is None else rules.tidy(text.words, rules.LONGEST_WORDS)
