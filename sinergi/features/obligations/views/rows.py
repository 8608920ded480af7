"""One obligation as a row of a page that is filled in: of a template, and of a draft beneath its article."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sinergi.features.obligations.forms import DueForm, ObligationForm
from sinergi.features.obligations.views import words
from sinergi.kernel import obligation
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import Due


class Row:
    """Its form, and a form for each of its due rules and one more.

    `start`: code, title, clause, debtor, evidence and perhaps article to begin with, none for a row to add; `dues` to
    begin with. `bases`: what a due rule can hang on, asked once for a page.
    """

    def __init__(
        self, prefix: str, posted: Any, start: dict[str, Any], dues: Sequence[Due], bases: Any, **more: Any
    ) -> None:
        most = obligation.MOST_DUES
        count = counted(posted, f"{prefix}-dues", most) if posted is not None else min(len(dues) + 1, most)
        given = {"dues": count, "included": True, "debtor": "kpu", "evidence": "letter"}
        self.initial = given | start
        self.rule = "; ".join(words.rule(due) for due in dues)
        kinds: list[tuple[str, Any]] = [*words.EVIDENCE.items()]
        self.form = ObligationForm(posted, prefix=prefix, initial=self.initial, kinds=kinds, **more)
        self.debtor = dict(self.form.fields["debtor"].choices).get(self.initial["debtor"], "")  # type: ignore[attr-defined]
        self.dues = [
            DueForm(
                posted,
                prefix=f"{prefix}-due-{number}",
                bases=bases,
                due=dues[number] if number < len(dues) else None,
            )
            for number in range(count)
        ]

    def typed(self) -> dict[str, Any] | None:
        """What was typed, `dues` as rules; None where it is left out. Raises Refused beside what cannot be read."""
        if not self.form.is_taken:
            return None
        insist(self.form)
        for due in self.dues:
            insist(due)
        rules = [due.cleaned_data["due"] for due in self.dues if due.cleaned_data["due"] is not None]
        return self.form.cleaned_data | {"dues": rules}


def counted(posted: Any, name: str, most: int) -> int:
    """How many rows the page had, as it says itself. Raises Refused where that cannot be."""
    typed = posted.get(name, "")
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 4 and 0 < int(typed) <= most):
        raise Refused("Halaman ini tidak terbaca. Muat ulang lalu isi lagi.", code="TPL-13")
    return int(typed)


def insist(form: Any) -> None:
    """Raise Refused with the first thing that is wrong, beside its field."""
    if form.is_valid():
        return
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    raise Refused(f"{label}: {errors[0]}" if label else str(errors[0]), code="TPL-14", field=form.add_prefix(name))
