"""What each fact about exchanged data changes."""

from __future__ import annotations

import msgspec

from sinergi.features.data import rules
from sinergi.features.data.events import DatasetListed, DatasetText
from sinergi.features.data.models import Dataset
from sinergi.kernel.words import line
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text


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
