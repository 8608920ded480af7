"""The words and shapes that tags put on screens."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from sinergi.web.samples import EVIDENCE, Sample, SampleGrade

NOW = datetime(2024, 2, 14, 1, 14, tzinfo=UTC)


def shown(source: str, **context: object) -> str:
    return Template(source).render(Context({"now": NOW, **context}))


@pytest.mark.parametrize(
    ("left", "words", "tone"),
    [
        (timedelta(days=6, hours=5), "sisa 6 hari", ""),
        (timedelta(days=2), "sisa 2 hari", "soon"),
        (timedelta(hours=8, minutes=20), "sisa 8 jam 20 mnt", "soon"),
        (timedelta(minutes=26), "sisa 26 mnt", "soon"),
        (timedelta(seconds=40), "sisa 40 dtk", "soon"),
        (-timedelta(minutes=10), "lewat 10 mnt", "late"),
        (-timedelta(days=3, hours=1), "lewat 3 hari", "late"),
    ],
)
def test_a_deadline_says_how_long_in_words_and_tone(left, words, tone):
    html = shown("{% deadline due now %}", due=NOW + left)
    assert words in html
    assert f'class="due {tone}"' in html


def test_a_deadline_names_its_instant_and_its_rule():
    html = shown("{% deadline due now rule=rule %}", due=NOW + timedelta(hours=1), rule="1 hari <kerja>")
    assert 'datetime="2024-02-14T02:14:00.000Z"' in html
    assert "Rabu, 14 Februari 2024 pukul 09.14 WIB" in html
    assert "1 hari &lt;kerja&gt;" in html


def test_a_met_deadline_is_never_late():
    assert "terpenuhi" in shown("{% deadline due now met=True %}", due=NOW - timedelta(days=9))


def test_no_deadline_shows_nothing():
    assert shown("{% deadline due now %}", due=None) == ""


def test_deadlines_speak_english():
    with translation.override("en"):
        assert "1 day" not in shown("{% deadline due now %}", due=NOW + timedelta(days=3))
        assert "late" in shown("{% deadline due now %}", due=NOW - timedelta(days=3))


@pytest.mark.parametrize(
    ("grade", "dots", "word"),
    [
        (EVIDENCE[0], 0, "belum ada bukti"),
        (EVIDENCE[1], 1, "ditandatangani"),
        (EVIDENCE[2], 2, "sampai"),
        (EVIDENCE[3], 3, "disaksikan 1/1"),
        (EVIDENCE[4], 4, "berstempel waktu"),
        (SampleGrade(signed=True, witnessed=1, of=2), 3, "disaksikan 1/2"),
        (None, 0, "belum ada bukti"),
    ],
)
def test_evidence_fills_as_many_dots_as_it_has_steps(grade, dots, word):
    html = shown("{% evidence grade %}", grade=grade)
    assert html.count("dot on") == dots
    assert word in html


def test_the_chain_says_what_is_still_awaited():
    html = shown('{% chain grade signed="KPU 10.20" %}', grade=EVIDENCE[1])
    assert "KPU 10.20" in html
    assert html.count("menunggu") == 3


def test_a_state_carries_the_features_own_word_and_refuses_an_unknown_shape():
    assert ">disesuaikan<" in shown('{% state "working" "disesuaikan" %}')
    with pytest.raises(TemplateSyntaxError):
        shown('{% state "sleeping" %}')


def test_severity_and_class_are_told_without_colour():
    assert "Kritis" in shown("{% severity 4 word=False %}")
    assert "Sangat rawan" in shown('{% vulnerability "high" %}')


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [(1948, "1.948", "1,948"), (1234.56, "1.235", "1,235"), (0, "0", "0"), (None, "", "")],
)
def test_numbers_are_written_the_way_of_the_language(value, indonesian, english):
    assert shown("{{ value|number }}", value=value) == indonesian
    with translation.override("en"):
        assert shown("{{ value|number }}", value=value) == english


def test_decimals_are_written_the_way_of_the_language():
    assert shown("{{ value|number:2 }}", value=1234.56) == "1.234,56"


def test_instants_are_said_in_the_zone_of_the_place():
    assert shown("{{ at|instant }}", at=NOW) == "Rabu, 14 Februari 2024 pukul 08.14 WIB"
    assert shown('{{ at|clock:"WIT" }}', at=NOW) == "10.14 WIT"
    assert shown("{{ at|day }}", at=NOW) == "Rabu, 14 Februari 2024"
    assert shown("{{ at|short_day }}", at=date(2024, 8, 17)) == "17 Agu"
    assert shown("{{ at|named_day }}", at=date(2024, 8, 17)) == "Sab 17 Agu"
    assert shown("{{ at|moment:now }}", at=NOW - timedelta(days=1)) == "13 Feb 08.14 WIB"
    assert shown("{{ at|moment:now }}", at=NOW - timedelta(hours=1)) == "07.14 WIB"
    assert shown("{{ at|moment:now }}", at=NOW - timedelta(days=60)) == "16 Des 2023"
    assert shown("{{ at|since:now }}", at=NOW - timedelta(minutes=31)) == "31 mnt"


def test_a_field_ties_label_help_and_error_to_its_control():
    form = Sample({"nrp": "071", "service": "escort"}, auto_id="x-%s")
    html = shown("{% field form.nrp %}{% field form.place %}", form=form)
    assert '<label for="x-nrp">' in html
    assert 'id="x-nrp_error"' in html
    assert 'aria-describedby="x-nrp_error"' in html
    assert "NRP terdiri dari 8 angka; ini 3." in html
    assert 'aria-describedby="x-place_helptext"' in html
    assert "boleh kosong" in html


def test_only_what_can_be_left_out_is_said_to_be_optional():
    class Choices(forms.Form):
        grade = forms.ChoiceField(required=False, choices=[("", "tidak diminta"), ("seen", "disaksikan")])
        kind = forms.ChoiceField(required=False, choices=[("hours", "jam")])
        unit = forms.ChoiceField(required=False, choices=[("", "---------"), ("a", "Polsek")])
        several = forms.MultipleChoiceField(required=False, choices=[("a", "A")], widget=forms.SelectMultiple)

    form = Choices()
    said = {name: "boleh kosong" in shown("{% field one %}", one=form[name]) for name in form.fields}
    assert said == {"grade": False, "kind": False, "unit": True, "several": True}


def test_a_bar_never_leaves_its_rail():
    assert 'width="100.0%"' in shown("{% bar 12 4 %}")
    assert 'width="0.0%"' in shown("{% bar 3 0 %}")


def test_a_missing_icon_leaves_a_gap_and_a_line_in_the_log(caplog):
    assert "<svg" in shown('{% icon "no-such-icon" %}')
    assert "no icon named no-such-icon" in caplog.text
