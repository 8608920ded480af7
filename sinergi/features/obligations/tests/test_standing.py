"""How a due stands: work closes it, statements need the creditor, releases and disputes, and how it is counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.features.obligations.due import Occurrence
from sinergi.features.obligations.standing import Said, Work, counted_at, fulfilments, step, tally
from sinergi.kernel.obligation import Due, Item

DAY = timedelta(days=1)
DUE = datetime(2024, 2, 7, 17, 0, tzinfo=UTC)
RULE = Due(rule="stage", stage="voting", days=[-7])
ITEM = Item(code="D-02", article=4, debtors=["kpu"], creditors=["police"], dues=[RULE], evidence="dataset")
BOTH = Item(
    code="M-01", article=12, debtors=["kpu", "police"], creditors=["kpu", "police"], dues=[RULE], evidence="minutes"
)


def due(mark: str = "H-7", at: datetime = DUE, record: str = "") -> Occurrence:
    return Occurrence(code="D-02", mark=mark, opens_at=at - 14 * DAY, due_at=at, due=RULE, record=record)


def work(at: datetime, agency: str = "kpu", about: str = "w") -> Work:
    return Work(key=f"k{at.isoformat()}{about}", kind="x", agency=agency, at=at, about=frozenset([about]))


def said(statement: str, agency: str = "kpu", at: datetime = DUE - DAY, mark: str = "H-7", **answers: set[str]) -> Said:
    sets = {name: frozenset(who) for name, who in answers.items()}
    return Said(key=f"s{statement}{agency}", statement=statement, agency=agency, mark=mark, at=at, **sets)


def state(*facts, at: datetime = DUE + DAY, item: Item = ITEM, one: Occurrence | None = None):
    done = [fact for fact in facts if isinstance(fact, Work)]
    told = [fact for fact in facts if isinstance(fact, Said)]
    return fulfilments(item, [one or due()], done, told, at=at)[0]


def test_before_its_time_scheduled_then_open_then_late():
    assert [state(at=DUE - days * DAY).state for days in (20, 3, -1)] == ["scheduled", "open", "late"]


def test_work_of_the_debtor_closes_it_and_work_of_others_does_not():
    assert state(work(DUE - DAY)).state == "met" and state(work(DUE - DAY)).is_on_time
    assert state(work(DUE - DAY, agency="police")).state == "late"


def test_work_before_it_opened_does_not_count_and_work_after_is_late_but_done():
    assert state(work(DUE - 15 * DAY)).state == "late"
    after = state(work(DUE + DAY), at=DUE + 2 * DAY)
    assert (after.state, after.is_on_time) == ("met", False)


def test_one_piece_of_work_closes_one_due():
    dues = [due("H-30", DUE - 23 * DAY), due("H-7")]
    once = fulfilments(ITEM, dues, [work(DUE - 10 * DAY)], [], at=DUE + DAY)
    assert [(one.state, one.is_on_time) for one in once] == [("met", False), ("late", False)]
    twice = fulfilments(ITEM, dues, [work(DUE - 10 * DAY), work(DUE - DAY, about="v")], [], at=DUE + DAY)
    assert [one.state for one in twice] == ["met", "met"]


def test_an_answer_closes_the_due_of_its_own_request():
    dues = [due(record, record=record) for record in ("r1", "r2")]
    found = fulfilments(ITEM, dues, [work(DUE, about="r2")], [], at=DUE + DAY)
    assert [one.state for one in found] == ["late", "met"]


def test_a_statement_waits_for_the_creditor_and_counts_from_when_it_was_made():
    assert (state(said("done")).state, state(said("done")).waits_for) == ("awaiting_proof", ("police",))
    confirmed = state(said("done", agreed={"police"}))
    assert (confirmed.state, confirmed.is_on_time) == ("met", True)
    assert state(said("done", refused={"police"})).state == "late"


def test_what_both_owe_needs_the_other_one():
    assert state(said("done"), item=BOTH).waits_for == ("police",)
    assert state(said("done", agreed={"police"}), item=BOTH).state == "met"
    # Consent of the author itself is worth nothing.
    assert state(said("done", agreed={"kpu"}), item=BOTH).state == "awaiting_proof"


def test_release_needs_consent_and_a_refusal_changes_nothing():
    asked = state(said("release"))
    assert (asked.state, asked.waits_for) == ("late", ("police",))
    assert state(said("release", agreed={"police"})).state == "released"
    assert state(said("release", refused={"police"})).state == "late"


def test_a_dispute_stands_until_its_author_takes_it_back():
    proof = work(DUE - DAY)
    assert state(proof, said("dispute", agency="police")).state == "disputed"
    assert state(proof, said("dispute", agency="police", refused={"police"})).state == "met"


def test_neither_side_moves_the_others_share_by_a_word():
    kept, disputed = state(work(DUE - DAY)), state(work(DUE - DAY), said("dispute", agency="police"))
    late, released = state(), state(said("release", agreed={"police"}))
    counted = tally([kept, disputed, late, released], at=DUE + DAY)
    assert (counted.due, counted.on_time, counted.missing, counted.percent) == (2, 1, 1, 50)
    assert tally([], at=DUE).percent is None


@pytest.mark.parametrize(
    ("arrived", "exercise", "expected"),
    [(None, False, DUE), (DUE + DAY, False, DUE), (DUE + 2 * DAY, False, DUE + 2 * DAY), (DUE + 2 * DAY, True, DUE)],
)
def test_the_authors_clock_counts_only_if_another_node_had_it_within_a_day(arrived, exercise, expected):
    assert counted_at(DUE, arrived, exercise=exercise) == expected


FACTS = st.lists(
    st.one_of(
        st.builds(work, st.integers(-20, 3).map(lambda days: DUE + days * DAY), st.sampled_from(["kpu", "police"])),
        st.builds(
            said,
            st.sampled_from(["done", "release", "dispute"]),
            st.sampled_from(["kpu", "police"]),
            st.integers(-5, 3).map(lambda days: DUE + days * DAY),
            agreed=st.sets(st.sampled_from(["kpu", "police"])),
            refused=st.sets(st.sampled_from(["kpu", "police"])),
        ),
    ),
    max_size=6,
    unique_by=lambda fact: fact.key,
)


@pytest.mark.slow
@given(FACTS, st.randoms())
def test_the_order_in_which_facts_are_read_changes_nothing(facts, random):
    shuffled = random.sample(facts, len(facts))
    assert state(*facts) == state(*shuffled) and state(*facts, item=BOTH) == state(*shuffled, item=BOTH)


@pytest.mark.parametrize(
    ("days", "owner", "above"),
    [(8, "", ""), (7, "ahead", ""), (1.5, "ahead", ""), (1, "today", ""), (-1, "late", ""), (-7, "late", "escalated")],
)
def test_owner_and_deputy_are_reminded_first_and_those_above_a_week_after(days, owner, above):
    at = DUE - days * DAY
    assert [step(state(at=at), at=at, above=one) for one in (False, True)] == [owner, above]


def test_nobody_is_reminded_of_what_was_kept_waits_or_follows_from_a_happening():
    at = DUE + 8 * DAY
    kept, waits, happened = state(work(DUE), at=at), state(said("done"), at=at), state(at=at, one=due(record="r"))
    assert {step(one, at=at, above=above) for one in (kept, waits, happened) for above in (False, True)} == {""}
