"""Which list of obligations holds beside what was signed with a text, and since when each obligation counts. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions
from sinergi.features.obligations import held as rule
from sinergi.features.obligations.rules import counting
from sinergi.features.obligations.tests.test_counts import agrees
from sinergi.kernel.obligation import Due, Item
from sinergi.ledger import rebuild
from tests.nodes.simulator import NOON

PARTIES = ("kpu", "polres")
BEGUN, SIGNED, AMENDED = date(2024, 1, 8), date(2024, 2, 1), date(2024, 3, 1)


def item(code, *days):
    dues = [Due(rule="stage", stage="voting", days=list(days or (-7,)))]
    return Item(code=code, article=4, debtors=["kpu"], creditors=["polres"], dues=dues, evidence="list")


def agreed(key, replaces="", *items, by=PARTIES, on=BEGUN):
    """A list that was proposed by the first of `by` and agreed to by the others on a day, from the day `BEGUN` on."""
    return SimpleNamespace(
        key=key,
        agency=by[0],
        replaces=replaces,
        agreed_ids=list(by[1:]),
        returned_ids=[],
        agreed_on=on,
        counts_from=BEGUN,
        began=BEGUN,
        since=lambda code: BEGUN,
        items=lambda: list(items),
    )


def held(lists, signed, parties):
    chain, lost = rule.held(lists, signed, parties, {row.key: row.agreed_on for row in lists})
    return chain[-1], lost


def signed(key, counts_from, *items):
    return agreements.SignedList(key=key, counts_from=counts_from, items=list(items), titles=None)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_addendum_with_obligations_outranks_every_list_agreed_on_before_it_in_any_order(order):
    lists = [agreed("l1"), agreed("l2", "text"), agreed("l3", "l2"), agreed("l4", "addendum")]
    given = [lists[place] for place in order]
    text, addendum = signed("text", SIGNED, item("D-02")), signed("addendum", AMENDED, item("D-02"))
    assert held(given, [], PARTIES)[0].key == "l1"
    assert held(given, [text], PARTIES)[0].key == "l3"
    assert held(given, [text, addendum], PARTIES)[0].key == "l4"
    assert held([one for one in given if one.key != "l4"], [text, addendum], PARTIES)[0].key == "addendum"


def test_of_two_lists_made_from_one_signed_text_the_smaller_holds_and_the_other_is_told_of():
    text = signed("text", SIGNED, item("D-02"))
    found, lost = held([agreed("b", "text"), agreed("a", "text"), agreed("c", "text", by=("kpu",))], [text], PARTIES)
    assert (found.key, lost) == ("a", ["b"])


def test_what_is_signed_with_the_first_text_counts_from_its_day():
    found, lost = held([], [signed("text", SIGNED, item("D-02"))], PARTIES)
    assert (found.since("D-02"), found.began, lost) == (SIGNED, SIGNED, [])


def test_an_addendum_lets_go_on_what_it_leaves_alone_and_begins_what_is_new_or_changed():
    before = agreed("l1", "", item("D-02"), item("D-03"))
    moved = msgspec.structs.replace(item("D-02"), article=9, evidence="log")
    addendum = signed("addendum", AMENDED, moved, item("D-03", -3), item("D-05"))
    found, _lost = held([before], [addendum], PARTIES)
    assert [found.since(code) for code in ("D-02", "D-03", "D-05")] == [BEGUN, AMENDED, AMENDED]
    # What a meeting decided before the addendum is owed still.
    assert found.since("T-01") == BEGUN
    again, _lost = held([before], [addendum, signed("second", date(2024, 4, 1), *addendum.items)], PARTIES)
    assert [again.since(code) for code in ("D-02", "D-03", "D-05")] == [BEGUN, AMENDED, AMENDED]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_late_yes_to_a_list_that_a_text_has_outranked_dates_no_obligation_back(order):
    """Else a partner could let months of missed dues appear by agreeing to an old proposal."""
    late = SIGNED + timedelta(days=1)
    lists = [agreed("a", "", item("D-02"), on=late), agreed("l1", "", item("D-03")), agreed("b", "text", on=late)]
    text = signed("text", SIGNED, item("D-02"), item("D-03"))
    found, _lost = held([lists[place] for place in order], [text], PARTIES)
    # What was made from the text itself holds, whenever it was agreed to.
    assert found.key == "b"
    found, lost = held([lists[place] for place in order if place != 2], [text], PARTIES)
    assert ([found.since(code) for code in ("D-02", "D-03")], lost) == ([SIGNED, BEGUN], [])
    assert held(lists[:1], [text], PARTIES)[0].began == SIGNED


LISTS = st.lists(
    st.tuples(
        st.booleans(),
        st.integers(0, 60),
        st.dictionaries(st.sampled_from(["D-02", "D-03", "D-05"]), st.sampled_from([-3, -7]), min_size=1),
    ),
    min_size=1,
    max_size=5,
)


def chain_of(drawn):
    """Lists as they came to hold: (signed or agreed on by itself, day from which it counts, days by code)."""
    chain = []
    for place, (is_signed, day, codes) in enumerate(drawn):
        counts_from, items = BEGUN + timedelta(days=day), [item(code, days) for code, days in codes.items()]
        begun = counting(items, counts_from, chain[-1] if chain and is_signed else None)
        row = SimpleNamespace(key=f"l{place}", counts_from=counts_from, items=lambda items=items: items)
        row.since = lambda code, begun=begun: begun[code]
        chain.append(row)
    return chain


def counted(chain, code, day):
    """The dues of an obligation that count on a day, by every list that says so."""
    parts = [part for part in rule.earlier(chain).get(code, []) if part.since <= day < part.before]
    last = {one.code: one for one in chain[-1].items()}
    now = [last[code]] if code in last and chain[-1].since(code) <= day else []
    return [one.dues for one in [*(part.item for part in parts), *now]]


@given(LISTS)
def test_a_later_list_never_changes_what_was_due_before_the_day_from_which_it_counts(drawn):
    chain = chain_of(drawn)
    for code in ("D-02", "D-03", "D-05"):
        for step in range(-1, 62):
            day = BEGUN + timedelta(days=step)
            now = counted(chain, code, day)
            assert len(now) <= 1
            if len(chain) > 1 and day < chain[-1].counts_from:
                assert now == counted(chain[:-1], code, day)


def test_what_fell_due_under_an_earlier_list_stays_in_the_figures_and_is_still_stated(agreed):
    day, later = NOON.date(), NOON + timedelta(days=1)

    def past():
        lines = [line for line in agreed.board(later).lines if line.occurrence.last_day < day]
        return sorted((line.item.code, line.occurrence.mark, line.found.state, line.title) for line in lines)

    before, items, titles = past(), *agreed.items()
    dropped = next(code for code, _mark, state, _title in before if state == "late")
    changed = [
        msgspec.structs.replace(one, dues=[Due(rule="recurring", every="day")]) for one in items if one.code != dropped
    ]
    agreed.agree(agreed.propose(items=changed, titles=titles, counts_from=day))
    assert past() == before and dropped not in {one.code for one in agreed.board(later).items}
    marks = [(line.item.code, line.occurrence.mark) for line in agreed.board(later).lines]
    assert len(set(marks)) == len(marks)
    mark = next(mark for code, mark, state, _title in before if (code, state) == (dropped, "late"))
    given = {"agreement": agreed.agreement, "statement": "dispute", "code": dropped, "mark": mark, "words": "Belum."}
    board = agreed.board(later)
    kind = "done" if agreed.kpu in board.line(dropped, mark).item.debtors else "dispute"
    agreed.do(actions.state_about, at=later, **given | {"statement": kind})
    assert agreed.state(dropped, mark, later) in ("awaiting_proof", "disputed")
    agrees(agreed.agreement, later)
    assert rebuild.check() == []
