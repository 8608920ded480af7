"""What a version changed and lacks, in words; shared by the pages before and after it is delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from sinergi.features.data import rules, template
from sinergi.features.data.models import Dataset
from sinergi.sheets.columns import Value

SIGNS = {"added": ("done", _("baru")), "removed": ("refused", _("dihapus")), "changed": ("working", _("berubah"))}
MOST_SHOWN = 60


def told_lines(row: Dataset, told: rules.Summary) -> list[str]:
    """The quality of a table in sentences: what is empty, said twice, or stands at one point."""
    lines = [
        ngettext("%(field)s kosong di %(n)d baris.", "%(field)s kosong di %(n)d baris.", count)
        % {"field": row.label(name), "n": count}
        for name, count in told.empty.items()
    ]
    if told.twice:
        words = ngettext(
            "%(n)d baris bernama sama dengan baris lain.", "%(n)d baris bernama sama dengan baris lain.", told.twice
        )
        lines.append(words % {"n": told.twice})
    if told.shared:
        words = ngettext(
            "%(n)d baris berada di titik yang sama dengan baris lain.",
            "%(n)d baris berada di titik yang sama dengan baris lain.",
            told.shared,
        )
        lines.append(words % {"n": told.shared})
    return lines


def counted(row: Dataset, told: rules.Summary) -> str:
    """How much a version changed: 3 baru, 1 dihapus, 12 berubah (Alamat 10, Lintang 2)."""
    if told.is_same:
        return gettext("Sama dengan versi sebelumnya.")
    parts = [
        f"{count} {SIGNS[sign][1]}"
        for sign, count in (("added", told.added), ("removed", told.removed), ("changed", told.changed))
        if count
    ]
    fields = ", ".join(f"{row.label(name)} {count}" for name, count in told.fields.items())
    parts += [gettext("kolom baru %(name)s") % {"name": row.label(name)} for name in told.columns_new]
    parts += [gettext("tanpa kolom %(name)s") % {"name": row.label(name)} for name in told.columns_gone]
    return ", ".join(parts) + (f" ({fields})" if fields else "")


def named_lines(row: Dataset, told: rules.Summary) -> list[dict[str, Any]]:
    """The changed rows by name and field, without what they say."""
    return [
        {
            "sign": SIGNS[one.sign],
            "name": one.name,
            "fields": [{"label": row.label(name)} for name in one.fields],
        }
        for one in told.named[:MOST_SHOWN]
        if one.name
    ]


def changed_lines(row: Dataset, changes: Sequence[rules.Change]) -> list[dict[str, Any]]:
    """The changed rows with what they said and say; the first of them."""
    key = template.key_of(row.code)
    lines = []
    for one in changes[:MOST_SHOWN]:
        names = [name for name in key if name in one.row] or list(one.row)[:1]
        lines.append(
            {
                "sign": SIGNS[one.sign],
                "name": rules.said(one.row, names),
                "fields": [_field(row, name, one.before, one.after) for name in one.fields],
            }
        )
    return lines


def _field(row: Dataset, name: str, before: Mapping[str, Value], after: Mapping[str, Value]) -> dict[str, Any]:
    return {"label": row.label(name), "before": before.get(name, ""), "after": after.get(name, "")}
