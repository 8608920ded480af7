"""What people can do about exchanged data. Each decides inside the write lock, from rows read there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.timezone import localdate

from sinergi.features.agreement import public as agreements
from sinergi.features.data import rules, template
from sinergi.features.data.models import Dataset
from sinergi.kernel.errors import Refused
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt, Writing, command


@command
def list_dataset(log: Writing, /, *, agreement: str, seen: str = "", **told: Any) -> Receipt:
    """Enter a data set into this office's catalogue. Keywords are those of rules.listing.

    `seen`: the entry it was made from; where another one counts by now nothing is stated.
    """
    agreements.require(agreement, scope="data", on=localdate(log.at))
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
    agreements.require(agreement, scope="data", on=localdate(log.at))
    article, known = agreements.article_for(agreement, "data"), entries(agreement, log.agency)
    wanted = [one for one in template.drafts_of(own_agency().kind) if one.code in codes and one.code not in known]
    if not wanted:
        raise Refused("Kumpulan data itu sudah ada dalam katalog kantor ini.", code="DAT-14")
    first, *_rest = [log.append(agreement, one.entry(article=article)) for one in wanted]
    return first


def entries(agreement: str, agency: str) -> dict[str, Dataset]:
    """The entries of an office's catalogue that count, by code."""
    rows = Dataset.objects.filter(agreement=agreement, agency=agency).order_by("seq", "key")
    return {row.code: row for row in rows}
