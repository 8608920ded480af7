"""Addresses of breaches, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.breaches.views import pages
from sinergi.web import navigation, records

app_name = "breaches"

urlpatterns = [
    path("kebocoran/", pages.breaches, name="breaches"),
    path("kebocoran/daftar.xlsx", pages.breaches_sheet, name="breaches-sheet"),
    path("kebocoran/baru/", pages.note, name="note"),
    path("kebocoran/<str:key>/", pages.breach, name="breach"),
    path("kebocoran/<str:key>/langkah/", pages.step, name="step"),
    path("kebocoran/<str:key>/mitra/", pages.tell, name="tell"),
    path("kebocoran/<str:key>/surat-<str:to>.pdf", pages.letter, name="letter"),
]

navigation.register_view(
    navigation.View(
        place="data",
        label=_("Kebocoran data"),
        url_name="breaches:breaches",
        permission="breaches.read",
        pages=("breaches:note", "breaches:breach", "breaches:step", "breaches:tell"),
    )
)
navigation.register_inbox(pages.inbox)
records.register(
    {
        "breaches.noted": _("kebocoran data"),
        "breaches.step_taken": _("langkah atas kebocoran data"),
        "breaches.told": _("pemberitahuan kebocoran data"),
    },
    opens=pages.opens,
    reasons={
        "a notice to partners stands under their agreement": _(
            "Pemberitahuan kepada mitra ada di bawah perjanjiannya."
        ),
        "a breach is noted in the office's own internal log": _("Kebocoran dicatat di buku kantor itu sendiri."),
        "so many people cannot be": _("Jumlah orang ini tidak mungkin."),
    },
)
