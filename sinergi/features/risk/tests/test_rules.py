"""What may be said about the vulnerability of places."""

from __future__ import annotations

import pytest

from sinergi.features.risk import rules
from sinergi.features.risk.events import ClassRow, ScoreRow
from sinergi.features.risk.instruments import before, difference, instruments, newest
from sinergi.kernel.errors import Refused

TPS = instruments()["tps-rawan@2024-pemilu"]
IKP = instruments()["ikp@2024"]
STATION = "1203011001001"
WHY = "Jalan roda dua, banjir bila hujan."


def classify(*, kind="police", set_by="Bagus Wira", known=(STATION,), **row):
    rows = [ClassRow(**{"code": STATION, "level": "high", "reason": WHY} | row)]
    return rules.classify(rows=rows, author_kind=kind, author_region="*", set_by=set_by, known=known)


def test_a_class_counts_itself_and_agrees_with_its_rows():
    event = classify()
    assert (event.low, event.high) == (0, 1)
    assert rules.classes_agree(event.text.rows, stated=event, region="1203")
    other = [ClassRow(code=STATION, level="high", reason="Alasan yang diganti kemudian.")]
    assert not rules.classes_agree(other, stated=event, region="1203")
    assert not rules.classes_agree(event.text.rows, stated=event, region="1220")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": "kpu"}, "RAW-11"),
        ({"set_by": " "}, "RAW-12"),
        ({"known": ()}, "RAW-13"),
        ({"code": "120301100100"}, "RAW-05"),
        ({"reason": "rawan"}, "RAW-15"),
        ({"reason": "x" * 301}, "RAW-15"),
        ({"reason": "Sering ada unjuk rasa di depan TPS."}, "RAW-16"),
        ({"reason": "Warga sering berdemonstrasi; demonstrasi lalu damai."}, "RAW-16"),
        ({"reason": "Rawan unras menjelang pemungutan."}, "RAW-16"),
        ({"reason": "Warga pernah berunjuk rasa di sini."}, "RAW-16"),
        ({"reason": "Pendemo biasa lewat jalan ini."}, "RAW-16"),
        ({"reason": "Ada mogok kerja di pabrik sebelahnya."}, "RAW-16"),
        ({"reason": "Persaingan antarkubu di desa ini."}, "RAW-17"),
        ({"reason": "Basis massa salah satu kubu."}, "RAW-17"),
        ({"reason": "Pendukung Paslon 2 banyak di sini."}, "RAW-17"),
        ({"reason": "Pelaku NIK 1203011001990001 tinggal dekat."}, "RAW-18"),
    ],
)
def test_a_class_without_a_lawful_reason_is_refused(changed, code):
    with pytest.raises(Refused) as refusal:
        classify(**changed)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "reason",
    [
        "Truk sering mogok di tanjakan menuju TPS.",
        "Desa Kubu Raya terendam bila sungai naik.",
        "Posko relawan bencana memakai halaman TPS.",
    ],
)
def test_the_state_of_a_place_is_a_reason_whatever_else_its_words_may_mean(reason):
    assert classify(reason=reason).high == 1


def score(rows, *, instrument=TPS, kind="kpu", region="1203"):
    return rules.score(instrument=instrument, rows=rows, author_kind=kind, author_region=region)


def values(*first):
    return [*first, *[None] * (len(TPS.indicators) - len(first))]


def test_a_score_counts_what_is_known_and_nothing_else():
    assert rules.total(TPS, values(10_000, 0)) == (5_000, 2)
    assert rules.total(TPS, values()) == (None, 0)
    # Dimensions of the index stand beside its published score and do not enter it.
    assert rules.total(IKP, [4_933, 10_000, 0, 0, 0]) == (4_933, 5)


@pytest.mark.parametrize(
    ("rows", "given", "code"),
    [
        ([], {}, "RAW-03"),
        ([ScoreRow(STATION, values(0)), ScoreRow(STATION, values(0))], {}, "RAW-04"),
        ([ScoreRow("1220011001001", values(0))], {}, "RAW-05"),
        ([ScoreRow(STATION, [0])], {}, "RAW-06"),
        ([ScoreRow(STATION, values(5_000))], {}, "RAW-07"),
        ([ScoreRow(STATION, values())], {}, "RAW-08"),
        ([ScoreRow(STATION, values(0))], {"kind": "police"}, "RAW-02"),
        ([ScoreRow("1203", [10_001, 0, 0, 0, 0])], {"instrument": IKP}, "RAW-07"),
    ],
)
def test_scores_that_fit_no_instrument_are_refused(rows, given, code):
    with pytest.raises(Refused) as refusal:
        score(rows, **given)
    assert refusal.value.code == code


def test_rows_that_are_not_those_the_header_counts_are_not_believed():
    event = score([ScoreRow(STATION, values(10_000))])
    assert rules.scores_agree(event.text.rows, stated=event, region="1203")
    assert not rules.scores_agree([ScoreRow(STATION, values(0))], stated=event, region="1203")
    assert not rules.scores_agree(event.text.rows, stated=event, region="1220")


def test_every_instrument_names_its_source_and_no_indicator_twice():
    for one in instruments().values():
        codes = [indicator.code for indicator in one.indicators]
        assert len(codes) == len(set(codes)) and one.law and one.source and one.weights
    assert len(TPS.indicators) == 22


def test_a_new_version_says_what_changed():
    newer = newest()["tps-rawan"]
    assert before(newer) == TPS and before(TPS) is None
    changed = difference(TPS, newer)
    assert {one.code for one in changed.added} == {"disabilitas", "psu", "penolakan", "konflik"}
    assert changed.removed == changed.weighed == ()
