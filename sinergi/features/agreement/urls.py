"""Addresses of agreements."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.agreement.api import ROUTES
from sinergi.features.agreement.views import entry, listing, one
from sinergi.web import navigation, records
from sinergi.web.api import addresses

app_name = "agreement"

urlpatterns = [
    path("perjanjian/", listing.agreements, name="agreements"),
    path("perjanjian/perjanjian.xlsx", listing.agreements_sheet, name="sheet"),
    path("perjanjian/baru/", entry.new_agreement, name="new"),
    path("perjanjian/<str:agreement>/", one.agreement, name="agreement"),
    path("perjanjian/<str:agreement>/pindaian/", one.scan, name="scan"),
    path("perjanjian/<str:agreement>/perbandingan/", one.comparison, name="comparison"),
    path("perjanjian/<str:agreement>/penegasan/", one.confirmation, name="confirmation"),
    path("perjanjian/<str:agreement>/pengakhiran/", one.ending, name="ending"),
    path("perjanjian/<str:agreement>/bukti/", one.evidence, name="evidence"),
    *addresses(ROUTES),
]

navigation.register_place(
    navigation.Place(
        code="agreements",
        label=_("Perjanjian"),
        icon="file-text",
        url_name="agreement:agreements",
        permission="agreement.read",
        count=listing.count_waiting,
    )
)
navigation.register_view(
    navigation.View(
        place="agreements", label=_("Perjanjian"), url_name="agreement:agreements", permission="agreement.read"
    )
)
navigation.register_view(
    navigation.View(place="agreements", label=_("Tahapan"), url_name="stages:stages", permission="stages.read")
)
navigation.register_search(listing.found)
navigation.register_inbox(listing.waiting_for)
navigation.register_actions(listing.first_step)
records.register(
    {
        "agreement.entered": _("perjanjian dimasukkan"),
        "agreement.confirmed": _("penegasan perjanjian"),
        "agreement.left": _("pengakhiran perjanjian"),
    },
    # The agreement is opened from its own list; a fact about it has no page of its own.
    reasons={
        "it confirms other terms than the ones entered": _(
            "Menegaskan isi yang berbeda dari yang dimasukkan. Bandingkan pindaian naskah."
        ),
    },
)
