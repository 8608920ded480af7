"""The schedule lets go of what is due and never of what is held, disputed or an archive of the state."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.access.models import ReadAudit
from sinergi.features.agreement import public as agreements
from sinergi.features.retention import actions, rules
from sinergi.features.retention.models import Hold, Sweep
from sinergi.features.security.models import Request
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import now
from sinergi.ledger import rebuild
from sinergi.ledger.models import Body, Entry
from tests.ledger.test_query_counts import ask
from tests.nodes.simulator import NOON

TERMS = rules.schedule().terms
AGREEMENTS = st.sampled_from(["", "a", "b", None])


@given(
    term=st.sampled_from(TERMS),
    age=st.none() | st.integers(-10, 4_000),
    agreement=AGREEMENTS,
    held=st.sets(st.sampled_from(["", "a", "b"])),
    later=st.integers(0, 1_000),
)
def test_nothing_goes_before_its_term_or_while_it_is_held_and_what_may_go_may_go_later_too(
    term, age, agreement, held, later
):
    since = None if age is None else NOON - timedelta(days=age)
    may = rules.may_go(term, since, agreement, now=NOON, held=held)
    if may:
        assert term.days is not None and age is not None and age >= term.days
        assert "" not in held and not (term.evidence and (agreement in held or (agreement is None and held)))
        assert rules.may_go(term, since, agreement, now=NOON + timedelta(days=later), held=held)
        assert rules.may_go(term, since, agreement, now=NOON, held=set())
    elif term.days is not None and age is not None and age >= term.days:
        assert held, "due, held by nobody, and kept"


def test_archives_of_the_state_have_no_term_and_no_kind_is_named_twice():
    kinds = [kind for term in TERMS for kind in term.kinds]
    assert len(kinds) == len(set(kinds)) and not any("letter" in kind for kind in kinds)
    assert [term.code for term in TERMS if term.days is None] == ["archives"]


@pytest.fixture
def over(agreement, node, secretary, monkeypatch) -> tuple[str, str]:
    """(agreement, a request under it): the agreement was over six years ago."""
    key = ask(secretary, agreement)
    monkeypatch.setattr(agreements, "over_on", lambda of: (now() - timedelta(days=6 * 366)).date() if of else None)
    ReadAudit.objects.create(
        at=now() - timedelta(days=2_000), actor="0" * 16, office="chair", permission="p", record=key
    )
    ReadAudit.objects.create(at=now() - timedelta(days=20), actor="0" * 16, office="chair", permission="p", record=key)
    return agreement, key


def swept() -> dict[str, tuple[int, int]]:
    return {row.code: (row.erased, row.kept) for row in actions.sweep(now()) if row.erased or row.kept}


def test_the_sweep_erases_words_and_old_traces_once_and_the_fact_stays(over):
    _, key = over
    facts = Entry.objects.count()
    assert swept() == {"readings": (1, 0), "requests": (1, 0)}
    assert swept() == {}
    assert not Body.objects.filter(entry__key=key).exists() and ReadAudit.objects.count() == 1
    assert Request.objects.get(key=key).contact_name is None
    assert Entry.objects.count() == facts and rebuild.check() == []


@pytest.mark.parametrize("how", ["held", "everything", "disputed"])
def test_what_is_held_or_disputed_is_not_touched_and_goes_once_it_is_free(over, how, monkeypatch):
    agreement, key = over
    if how == "disputed":
        monkeypatch.setattr(agreements, "in_dispute", lambda: {agreement})
    else:
        actions.hold(agreement if how == "held" else "", reason="Perkara 12/2026", by="0" * 16, at=now())
        with pytest.raises(Refused, match="sudah ditahan"):
            actions.hold(agreement if how == "held" else "", reason="Perkara 12/2026", by="0" * 16, at=now())
    assert swept() == {"readings": (0, 1), "requests": (0, 1)}
    assert Body.objects.filter(entry__key=key).exists() and ReadAudit.objects.count() == 2
    if how == "disputed":
        monkeypatch.setattr(agreements, "in_dispute", set)
    else:
        actions.lift(Hold.objects.get().pk, by="0" * 16, at=now())
    assert swept() == {"readings": (1, 0), "requests": (1, 0)}


def test_what_is_held_while_the_sweep_runs_is_not_touched(over, monkeypatch):
    """The sweep read that nothing is held; before it writes, somebody holds it."""
    agreement, key = over
    usual = actions.run

    def late(task):
        if not Hold.objects.exists():
            actions.Hold.objects.create(agreement=agreement, reason="Perkara", by="0" * 16, since=now())
        return usual(task)

    monkeypatch.setattr(actions, "run", late)
    actions.sweep(now())
    assert Body.objects.filter(entry__key=key).exists() and ReadAudit.objects.count() == 2


def test_the_administrator_reads_the_schedule_and_holds_something(over, person):
    agreement, _ = over
    administrator = person("administrator", agreements=["*"])
    actions.sweep(now() - timedelta(days=9_000))
    page = administrator.get("/kelola/retensi/").content.decode()
    assert "5 tahun" in page and "arsip negara" in page and "Tidak ada yang ditahan" in page
    told = administrator.post("/kelola/retensi/", {"agreement": agreement, "reason": "x"})
    assert told.status_code == 422 and "nomor perkara" in told.content.decode()
    administrator.post("/kelola/retensi/", {"agreement": agreement, "reason": "Perkara 12/2026"})
    assert "Perkara 12/2026" in administrator.get("/kelola/retensi/").content.decode()
    administrator.post(f"/kelola/retensi/tahan/{Hold.objects.get().pk}/cabut/")
    assert Hold.objects.get().lifted_at is not None and Sweep.objects.count() == len(TERMS)
