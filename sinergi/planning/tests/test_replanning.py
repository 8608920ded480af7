"""A plan made anew: no other way changes less for as much, nobody untouched moves; and why a plan is as it is."""

from __future__ import annotations

import csv
import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from sinergi.kernel.errors import Refused
from sinergi.planning.explain import Asked, WhyHere, WhyNot, WhyShort, explain
from sinergi.planning.model import Officers, Pin
from sinergi.planning.officers import Kept, barred, solved, told
from sinergi.planning.replanning import replan
from sinergi.planning.spoken import SENTENCES, in_words
from sinergi.planning.tests.instances import made, verdict, write_officers, write_tables
from sinergi.planning.tests.names import by_hand, small


def without(officers: Officers, gone: set[int]) -> Officers:
    """All others."""
    stay = [i for i in range(len(officers)) if i not in gone]
    return Officers(
        *([column[i] for i in stay] for column in (officers.code, officers.name, officers.unit, officers.home)),
        *(column[stay] for column in (officers.woman, officers.age, officers.fit, officers.worked, officers.rested)),
    )


@pytest.mark.parametrize("half_mm", [1, 3_000_000, 5_000_000_000])
def test_no_other_plan_is_cheaper_with_the_price_of_changes(half_mm):
    for seed in range(8):
        posts, units, officers, duty, homes = small(seed)
        first = solved(posts, units, officers, duty, homes)
        old = np.full(len(officers), -1)
        old[first.officer] = first.post
        # Another order of the posts' needs, so that something must move.
        posts = replace(posts, pattern=posts.pattern[::-1])
        plan = solved(posts, units, officers, duty, homes, kept=Kept(old, half_mm))
        new = np.full(len(officers), -1)
        new[plan.officer] = plan.post

        def halves(choice, old=old):
            return sum((a >= 0) + (b >= 0) for a, b in zip(old.tolist(), choice, strict=True) if a != b)

        out = barred(officers, units, duty)
        best = min(
            by_hand(posts, units, officers, duty, homes, out, choice) + half_mm * halves(choice)
            for choice in itertools.product(range(-1, len(posts)), repeat=len(officers))
        )
        assert plan.cost_mm + half_mm * halves(new.tolist()) == best


def test_who_is_not_touched_stays_and_each_choice_beats_the_others_in_something():
    seen = 0
    for seed in (0, 1, 14, 21, 25):
        posts, units, officers, duty, homes = small(seed, count=14)
        first = solved(posts, units, officers, duty, homes)
        if not first.officer:
            continue
        before = {officers.code[i]: post for i, post in zip(first.officer, first.post, strict=True)}
        fewer = without(officers, {first.officer[0]})
        choices = replan(posts, units, fewer, duty, homes, before)
        changes, costs = [one.changes for one in choices], [one.plan.cost_mm for one in choices]
        assert changes == sorted(changes) and costs == sorted(costs, reverse=True) and len(set(costs)) == len(costs)
        assert all(one.plan.bound_mm <= one.plan.cost_mm for one in choices)
        assert costs[-1] - choices[-1].plan.bound_mm <= 2 * len(officers)
        # One who left is half a change, somebody in the place another half.
        free = len(fewer) - len(before) + 1
        assert choices[0].changes >= 0.5 and (free == 0 or choices[0].changes <= 2.0)
        kept = set(range(len(fewer))) - set(choices[0].moved)
        now = dict(zip(choices[0].plan.officer, choices[0].plan.post, strict=True))
        assert all(now.get(i, -1) == before.get(fewer.code[i], -1) for i in kept)
        seen += len(choices) > 1
    assert seen


def test_a_closed_way_is_not_taken():
    posts, units, officers, duty, homes = small(3, count=8)
    first = solved(posts, units, officers, duty, homes)
    shut = frozenset({(first.unit[0], first.post[0])})
    before = {officers.code[i]: post for i, post in zip(first.officer, first.post, strict=True)}
    for one in replan(posts, units, officers, duty, homes, before, closed=shut):
        assert not shut & set(zip(one.plan.unit, one.plan.post, strict=True))


def _table(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def test_the_command_plans_anew_and_the_checker_agrees(tmp_path, capsys):
    write_tables(tmp_path, 4, villages=4, officers=(4, 9))
    write_officers(tmp_path, 4)
    out = made(tmp_path, "--rounds", "0")
    (tmp_path / "old").mkdir()
    rows = _table(out / "officers.csv")
    (tmp_path / "old" / "officers.csv").write_bytes((out / "officers.csv").read_bytes())
    text = (tmp_path / "officers.csv").read_text().splitlines()
    gone = rows[0]["officer"]
    (tmp_path / "officers.csv").write_text("\n".join(line for line in text if line.split(",")[0] != gone) + "\n")
    capsys.readouterr()
    more = ["--before", str(tmp_path / "old"), "--why-short", "--why-here", rows[1]["officer"]]
    made(tmp_path, "--rounds", "0", *more)
    said = capsys.readouterr().out
    assert "Pilihan susun ulang" in said and "← ditulis" in said and "Dibutuhkan" in said
    code, words = verdict(tmp_path)
    assert code == 0, words
    there = {row["officer"]: row["post"] for row in _table(out / "officers.csv")}
    assert rows[-1]["officer"] in there and there[rows[-1]["officer"]] == rows[-1]["post"]
    lie = json.loads((out / "certificate.json").read_text())
    assert lie["officers"]["bound_mm"] <= lie["officers"]["cost_mm"]
    # The same with a way that is cut: nobody of that unit is there any more.
    (tmp_path / "closed.csv").write_text(f"unit_code,station_code\n{rows[-1]['unit']},{rows[-1]['post']}\n")
    made(tmp_path, "--rounds", "0", "--before", str(tmp_path / "old"))
    code, words = verdict(tmp_path)
    assert code == 0, words
    assert not [
        r for r in _table(out / "officers.csv") if (r["unit"], r["post"]) == (rows[-1]["unit"], rows[-1]["post"])
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--why-here", "tidak-ada"], "Personel tidak-ada tidak ada"),
        (["--why-not", "S0-0", "tidak-ada"], "TPS tidak-ada tidak ada"),
        (["--before", "nowhere"], "nowhere/officers.csv tidak terbaca"),
    ],
)
def test_a_question_about_nobody_is_refused_in_words(more, said, tmp_path):
    write_tables(tmp_path, 4, officers=(4, 9))
    write_officers(tmp_path, 4)
    with pytest.raises(Refused, match=said):
        made(tmp_path, "--rounds", "0", *more)


def test_questions_about_names_need_names(tmp_path):
    write_tables(tmp_path, 4)
    with pytest.raises(Refused, match="--why-short hanya dapat dipakai bersama --officers"):
        made(tmp_path, "--rounds", "0", "--why-short")


def asked_of(seed: int, count: int = 8) -> Asked:
    posts, units, officers, duty, homes = small(seed, count)
    return Asked(solved(posts, units, officers, duty, homes), posts, units, officers, duty, homes)


def test_every_question_has_an_answer_in_words_that_is_true():
    codes = set()
    for seed in range(10):
        asked = asked_of(seed, 3 + seed % 5)
        plan = asked.plan
        for officer in range(len(asked.officers)):
            for reason in explain(asked, WhyHere(officer)):
                codes.add(reason.code)
                assert "{" not in in_words(reason)
            for post in range(len(asked.posts)):
                (reason,) = explain(asked, WhyNot(officer, "s", post))
                codes.add(reason.code)
                assert "{" not in in_words(reason)
                if reason.code == "dearer":
                    pins = (Pin(officer, "s", post, "?"),)
                    forced = solved(asked.posts, asked.units, asked.officers, asked.duty, asked.homes, pins)
                    assert forced.cost_mm > plan.cost_mm
                    assert reason.words["missing"] == forced.units.missing.sum() - plan.units.missing.sum()
                elif reason.code == "here":
                    assert asked.post(officer) == post
        short = explain(asked, WhyShort())
        assert (short[0].code == "enough") == (not plan.units.missing.any())
        told = sum(int(reason.words["missing"]) for reason in short if reason.code == "where")
        assert told == plan.units.missing.sum()
        codes |= {reason.code for reason in short}
    assert {"barred", "from", "nearest", "dearer", "equal", "here", "rule", "need", "where", "lent"} <= codes
    assert codes <= set(SENTENCES)


def test_a_shortage_that_is_not_one_of_numbers_is_told():
    posts, units, officers, duty, homes = small(1, count=6)
    posts = replace(posts, villages=[frozenset({"V0"})] * len(posts))
    officers = replace(officers, home=["V0"] * 6)
    asked = Asked(solved(posts, units, officers, duty, homes), posts, units, officers, duty, homes)
    told = {reason.code: reason.words for reason in explain(asked, WhyShort())}
    assert told["short"]["missing"] == sum(rule.police_min for rule in posts.pattern) > told["short"]["least"]
    assert told["home"]["count"] == told["short"]["missing"] - told["short"]["least"]


def test_what_a_swap_costs_at_least_is_never_more_than_it_does():
    tried = 0
    for seed in range(14):
        asked = asked_of(seed, 3 + seed % 5)
        for officer in asked.plan.officer:
            post = asked.post(officer)
            for reason in explain(asked, WhyHere(officer)):
                if reason.code != "needed" or asked.posts.pattern[post].women_min:
                    continue
                tried += 1
                for other in range(len(asked.officers)):
                    if asked.officers.unit[other] == reason.words["unit"] and asked.post(other) != post:
                        (answer,) = explain(asked, WhyNot(other, "s", post))
                        if answer.code == "equal":
                            assert reason.words["more_m"] == 0
    assert tried


def test_who_stays_leaves_the_post_for_no_other_post_that_lacks_people():
    moved = 0
    for seed in range(12):
        posts, units, officers, duty, homes = small(seed)
        first = solved(posts, units, officers, duty, homes)
        before = {officers.code[i]: post for i, post in zip(first.officer, first.post, strict=True)}
        now = replace(posts, pattern=posts.pattern[::-1])
        room = [rule.police_max for rule in now.pattern]
        free, held = (
            replan(now, units, officers, duty, homes, before, stays=stays)[-1].plan
            for stays in (frozenset[str](), frozenset(before))
        )
        where = {officers.code[i]: post for i, post in zip(held.officer, held.post, strict=True)}
        still = {code: post for code, post in before.items() if where.get(code) == post}
        # Whoever left did so because the old post takes no more.
        for post in (post for code, post in before.items() if code not in still):
            assert sum(at == post for at in still.values()) >= room[post]
        moved += sum(
            before.get(officers.code[i]) not in (None, p) for i, p in zip(free.officer, free.post, strict=True)
        )
    assert moved


def test_a_plan_told_by_its_rows_costs_what_it_did_and_is_bounded_alike():
    for seed in range(8):
        posts, units, officers, duty, homes = small(seed)
        plan = solved(posts, units, officers, duty, homes)
        again = told(posts, units, officers, duty, homes, list(zip(plan.officer, plan.post, strict=True)))
        assert (again.cost_mm, again.bound_mm) == (plan.cost_mm, plan.bound_mm)
        worse = told(posts, units, officers, duty, homes, [])
        assert worse.cost_mm >= worse.bound_mm == plan.bound_mm
