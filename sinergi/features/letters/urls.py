"""Addresses of the office's letters, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.letters.views import checking, numbers, stationery
from sinergi.web import navigation

app_name = "letters"

urlpatterns = [
    path("kelola/kop-surat/", stationery.stationery, name="stationery"),
    path("kelola/nomor-surat/", numbers.numbers, name="numbers"),
    path("kelola/nomor-surat/contoh/", numbers.example, name="example"),
    path("cek/", checking.check, name="check"),
    path("cek/<str:key>/", checking.check, name="check"),
]

# What an office sets up once; each page belongs to its feature (calendar, regions, letterhead).
navigation.register_place(
    navigation.Place(
        code="office",
        label=_("Kantor"),
        icon="building",
        url_name="letters:stationery",
        permission="letters.letterhead",
        group="manage",
    )
)
navigation.register_view(
    navigation.View(
        place="office", label=_("Kop surat"), url_name="letters:stationery", permission="letters.letterhead"
    )
)
navigation.register_view(
    navigation.View(place="office", label=_("Nomor surat"), url_name="letters:numbers", permission="letters.number")
)
