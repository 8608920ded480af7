"""Addresses of who has what, and what it tells the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.access import recorded
from sinergi.features.agreement import public as agreements
from sinergi.features.exchange.views import facts, histories, lagging, who_has
from sinergi.web import navigation

app_name = "exchange"

urlpatterns = [
    path("siapa-punya-apa/", who_has.who_has, name="who-has"),
    path("siapa-punya-apa/unduh.xlsx", who_has.who_has_sheet, name="who-has-sheet"),
    path("siapa-punya-apa/catatan/", facts.fact_list, name="facts"),
    path("siapa-punya-apa/catatan/unduh.xlsx", facts.fact_sheet, name="facts-sheet"),
    path("siapa-punya-apa/bukti/<str:agreement>.sinergi", who_has.evidence, name="evidence"),
    path(
        "siapa-punya-apa/bukti/<str:agreement>/dua-riwayat/<str:origin>.sinergi",
        histories.proof,
        name="two-histories",
    ),
    path("siapa-punya-apa/<str:key>/", facts.fact, name="fact"),
]

navigation.register_place(
    navigation.Place(
        code="exchange",
        label=_("Siapa punya apa"),
        short=_("Catatan"),
        icon="transfer",
        url_name="exchange:who-has",
        permission="exchange.read",
        group="manage",
    )
)
navigation.register_view(
    navigation.View(place="exchange", label=_("Keadaan"), url_name="exchange:who-has", permission="exchange.read")
)
navigation.register_view(
    navigation.View(
        place="exchange",
        label=_("Semua catatan"),
        url_name="exchange:facts",
        permission="exchange.read",
        pages=("exchange:fact",),
    )
)
recorded.register("ledger.entry", "", facts.names)
recorded.register("ledger.agreement", _("perjanjian dengan"), agreements.names)
navigation.register_inbox(lagging.waiting_for)
navigation.register_sync_state(who_has.sync_state)
