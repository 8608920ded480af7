"""The page on which an administrator chooses the calendar."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from sinergi.features.stages import public
from sinergi.features.stages.actions import use_calendar
from sinergi.kernel.errors import Refused

PAGE = "/kelola/kalender/"


@pytest.fixture
def administrator(node, person):
    return person("administrator")


def test_an_administrator_chooses_the_calendar_of_the_law(administrator):
    assert "Kalender pemilihan belum dipilih" in administrator.get(PAGE).content.decode()
    answer = administrator.post(PAGE, {"calendar": "pilkada-2024"}, follow=True)
    assert "Rabu, 27 November 2024" in answer.content.decode()
    assert public.polling_day() == date(2024, 11, 27)


def test_an_exercise_shifts_the_days_and_says_so(administrator):
    given = {"calendar": "pemilu-2024", "is_exercise": "on", "polling_day": "2026-12-04"}
    answer = administrator.post(PAGE, given, follow=True)
    assert "Kalender latihan" in answer.content.decode()
    assert public.polling_day() == date(2026, 12, 4)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"polling_day": "2026-12-04"}, "Hari hanya digeser untuk latihan"),
        ({"is_exercise": "on"}, "Isi hari pemungutan suara latihan"),
        ({"is_exercise": "on", "polling_day": "2099-01-01"}, "terlalu jauh"),
        ({"calendar": "pemilu-1999"}, "pemilu-1999"),
        ({"is_exercise": "on", "polling_day": "besok"}, "tanggal"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(administrator, more, sentence):
    answer = administrator.post(PAGE, {"calendar": "pemilu-2024", **more})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert public.polling_day() is None


def test_a_node_with_a_real_agreement_does_not_shift_its_calendar(agreement, person):
    given = {"calendar": "pemilu-2024", "is_exercise": "on", "polling_day": "2026-12-04"}
    answer = person("administrator").post(PAGE, given)
    assert answer.status_code == 422 and "perjanjian sungguhan" in answer.content.decode()
    with pytest.raises(Refused, match="perjanjian sungguhan"):
        use_calendar("pemilu-2024", date(2026, 12, 4))
    use_calendar("pemilu-2024")
    assert public.polling_day() == date(2024, 2, 14)


def test_others_read_the_calendar_and_do_not_choose_it(node, person):
    secretary = person("secretary")
    assert secretary.get(PAGE).status_code == 403
    shown = secretary.get(reverse("stages:stages")).content.decode()
    assert "Administrator memilihnya di Kelola, Kantor" in shown and PAGE not in shown


def test_the_page_speaks_english(administrator):
    administrator.cookies["sinergi_language"] = "en"
    answer = administrator.get(PAGE)
    assert "Wednesday" in answer.content.decode() and "For an exercise only" in answer.content.decode()
