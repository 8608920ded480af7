"""What is remembered of an agreement's dues is what counting them anew gives, whatever happened and however late."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from threading import Thread

import msgspec
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sinergi.features.obligations import actions, events, public, remembered, standing
from sinergi.features.obligations.due import last_day
from sinergi.features.obligations.public import Board
from sinergi.features.stages import actions as stages
from sinergi.features.stages import public as calendars
from sinergi.features.stages import rules
from sinergi.features.stages.models import work_by
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import ZONES
from sinergi.kernel.once import reading
from sinergi.ledger import rebuild
from sinergi.ledger.models import Cosignature, Log
from sinergi.ledger.store import own_agency
from tests.nodes.simulator import NOON


@pytest.fixture(autouse=True)
def forgotten():
    remembered._kept.clear()


def agrees(agreement, at):
    """The remembered counts against the dues themselves, for every party, article and for all."""
    board = Board(agreement, at=at)
    found = public.counts([agreement], at)[agreement]
    assert found.has_list == (board.held is not None)
    assert set(found.articles) == {item.article for item in [*board.items, *(line.item for line in board.lines)]}
    assert found.tally(at) == board.tally()
    for party in board.parties:
        assert found.tally(at, party=party) == board.tally(party=party)
        late = [line for line in board.lines if line.found.state == "late" and party in line.item.debtors]
        assert found.late(at, party=party) == len(late)
    for article in found.articles:
        assert found.tally(at, article=article) == board.tally(article=article)
    assert found.late(at) == sum(line.found.state == "late" for line in board.lines)
    waits(agreement, at, found)


def waits(agreement, at, found):
    """What is remembered to wait for this office against the dues themselves, for who owes and for who signs."""
    board, own = Board(agreement, at=at, ahead=standing.REMIND), own_agency().id
    for above in (False, True):
        owed = standing.pressed(found.owed, at=at, above=above)
        assert owed == [one for one in found.owed if standing.pressing(one, at=at, above=above)]
        pressing = [line for line in board.lines if standing.step(line.found, at=at, above=above)]
        assert owed == [line.occurrence for line in pressing if own in line.item.debtors]
    last = (at + standing.REMIND).astimezone(ZONES["WIB"]).date()
    asked = [(one.statement, one.item.code) for one in found.asked if last_day(one.occurrence.due_at) <= last]
    open_to_us = [line for line in board.lines if own in line.found.waits_for and line.found.state != "disputed"]
    assert asked == [(line.found.statement, line.item.code) for line in open_to_us]
    assert not any(one.title for one in [*found.owed, *(each.occurrence for each in found.asked)])


def instants(board):
    """Before, at and after days that something is due, in no order: clocks of threads overtake each other."""
    found = [line.occurrence.due_at for line in board.lines] or [NOON]
    return [at + timedelta(microseconds=step) for at in found for step in (-1, 0, 1)]


@pytest.mark.parametrize("number", range(8))
@pytest.mark.slow
def test_whatever_happens_the_remembered_counts_are_those_of_the_board(agreed, number):
    chance = random.Random(number)
    pact, at, told = agreed, NOON, []
    for _ in range(14):
        step = chance.choice(["ours", "theirs", "late", "answer", "move", "holiday", "witness", "list", "days"])
        lines = [line for line in pact.board(at).lines if line.item.debtors and not line.occurrence.record]
        line = chance.choice(lines)
        ours = pact.kpu in line.item.debtors
        with time_machine.travel(at):
            if step == "ours" and ours:
                try:
                    told.append(
                        pact.do(
                            actions.state_about,
                            at,
                            agreement=pact.agreement,
                            statement=chance.choice(["done", "release"]),
                            code=line.item.code,
                            mark=line.occurrence.mark,
                            words="Sudah.",
                        )
                    )
                except Refused:
                    continue
            elif step in ("theirs", "late"):
                # What arrives late was stated days ago by a clock that nobody else had seen.
                pact.police.clock = at - timedelta(days=chance.randrange(9) if step == "late" else 0)
                statement = "dispute" if pact.police.id in line.item.creditors else chance.choice(["done", "release"])
                list_key = pact.board(at).held.key
                pact.theirs(
                    events.ObligationStated(
                        of_list=list_key, code=line.item.code, mark=line.occurrence.mark, statement=statement
                    )
                )
            elif step == "answer" and told:
                pact.theirs(events.ObligationAnswered(about=told.pop(), agrees=chance.random() < 0.8))
            elif step == "move":
                _move(pact, chance, at)
            elif step == "holiday":
                _close(pact, chance, at)
            elif step == "witness":
                log = chance.choice(list(Log.objects.filter(agreement=pact.agreement)))
                size = chance.randint(1, log.size)
                Cosignature.objects.get_or_create(
                    log=log,
                    agency=chance.choice([pact.kpu, pact.police.id]),
                    use="mirror",
                    size=size,
                    defaults={
                        "root": b"",
                        "line": b"",
                        "note": b"",
                        "signed_at": at + timedelta(hours=chance.randrange(90)),
                    },
                )
            elif step == "list":
                items, titles = pact.items()
                kept = chance.sample(items, k=chance.randint(len(items) // 2, len(items)))
                pact.police.clock = at
                pact.agree(pact.propose(items=kept, titles={item.code: titles[item.code] for item in kept}))
            else:
                at += timedelta(days=chance.randrange(1, 40))
        agrees(pact.agreement, at)
    for one in chance.sample(instants(pact.board(at)), k=12):
        agrees(pact.agreement, one)


def _move(pact, chance, at):
    """Another voting day: announced under the agreement, or only chosen in this office."""
    now = calendars.calendar_of(pact.agreement)
    day = now.polling_day + timedelta(days=chance.randrange(1, 9))
    try:
        calendar = rules.postponed(now, polling_day=day, decided_on=at.date(), law="PKPU Nomor 9 Tahun 2024")
    except Refused:
        # It has come and moves no more; the office's own calendar may still be another.
        work_by(calendars.calendar(), day)
        return
    pact.do(stages.announce_calendar, at, calendar=calendar, decided_on=at.date(), today=at.date())


def _close(pact, chance, at):
    """One more day of the year on which offices are closed."""
    day = at.date() + timedelta(days=chance.randrange(20))
    listed = {one.day: one for one in calendars.closures(pact.agreement).holidays() if one.day.year == day.year}
    listed[day] = rules.Holiday(day=day, kind="collective_leave", name="Cuti bersama", source="SKB")
    days = tuple(listed[one] for one in sorted(listed))
    with suppress(Refused):  # it is a holiday already, or has come
        pact.do(stages.announce_holidays, at, year=day.year, law="SKB", decided_on=at.date(), days=days)


def test_what_is_remembered_costs_no_counting(agreed, monkeypatch):
    agrees(agreed.agreement, NOON)
    monkeypatch.setattr(public, "Board", None)
    with CaptureQueriesContext(connection) as asked:
        # Days pass without another fact.
        public.counts([agreed.agreement], NOON + timedelta(days=300))
    assert len(asked) < 8


def test_beyond_what_was_counted_it_is_counted_again(agreed):
    public.counts([agreed.agreement], NOON)
    agrees(agreed.agreement, NOON + timedelta(days=500))


def test_a_fact_that_comes_in_while_counting_is_seen_by_the_next_look(agreed, monkeypatch):
    line = next(one for one in agreed.board().lines if agreed.police.id in one.item.creditors)
    count = Board.counts

    def interrupted(board):
        found = count(board)
        agreed.theirs(
            events.ObligationStated(
                of_list=board.held.key, code=line.item.code, mark=line.occurrence.mark, statement="dispute"
            )
        )
        return found

    monkeypatch.setattr(Board, "counts", interrupted)
    public.counts([agreed.agreement], NOON)
    monkeypatch.undo()
    agrees(agreed.agreement, line.occurrence.due_at + timedelta(days=1))


def test_repaired_tables_are_counted_again(agreed):
    for _ in range(2):
        before = public.counts([agreed.agreement], NOON)
        rebuild.rebuild()
        assert public.counts([agreed.agreement], NOON)[agreed.agreement] is not before[agreed.agreement]
    agrees(agreed.agreement, NOON)


def test_what_a_page_read_before_a_fact_came_is_not_remembered_as_counted_after_it(agreed):
    with reading():
        assert Board(agreed.agreement, at=NOON).lines
        about = {"statement": "done", "code": "P-06", "mark": "H-3", "words": "Daftar dikirim"}
        agreed.agree(agreed.do(actions.state_about, agreement=agreed.agreement, **about))
        public.counts([agreed.agreement], NOON)
    agrees(agreed.agreement, NOON)


def test_memory_is_bounded_and_forgets_what_was_asked_longest_ago(agreed, monkeypatch):
    monkeypatch.setattr(remembered, "MOST", 3)
    one = public.counts([agreed.agreement], NOON)[agreed.agreement]
    for number in range(9):
        remembered.remembered([f"other-{number}"], NOON.date(), lambda ids: dict.fromkeys(ids, one))
        remembered.remembered([agreed.agreement], NOON.date(), lambda _: pytest.fail("it was forgotten"))
    assert [*remembered._kept] == ["other-7", "other-8", agreed.agreement]


def test_threads_that_ask_at_once_remember_as_much_as_one(monkeypatch):
    # Sources are asked of the database, which a test's threads do not share.
    monkeypatch.setattr(remembered, "_sources", lambda wanted: dict.fromkeys(wanted, "same"))
    monkeypatch.setattr(remembered, "MOST", 5)
    empty = public.Counts(has_list=False, articles=(), until=date.max, due={})
    wrong = []

    def ask(seed):
        chance = random.Random(seed)
        for _ in range(300):
            wanted = [f"a-{chance.randrange(9)}" for _ in range(4)]
            found = remembered.remembered(
                wanted,
                NOON.date(),
                lambda names: {name: msgspec.structs.replace(empty, articles=(int(name[2:]),)) for name in names},
            )
            wrong.extend(name for name, one in found.items() if one.articles != (int(name[2:]),))

    threads = [Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and len(remembered._kept) <= 5
