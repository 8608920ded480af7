"""Addresses of duty orders, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.guard import public as guard
from sinergi.features.letters import public as letters
from sinergi.features.orders import public
from sinergi.features.orders.views import cards, drafts, orders, roster, showing
from sinergi.web import navigation, records

app_name = "orders"

urlpatterns = [
    path("perintah/", orders.orders, name="orders"),
    path("perintah/baru/", drafts.begin, name="begin"),
    path("perintah/petugas-tps/", roster.roster, name="roster"),
    path("perintah/petugas-tps.xlsx", roster.roster_sheet, name="roster-sheet"),
    path("perintah/konsep/<uuid:draft>/", drafts.draft, name="draft"),
    path("perintah/konsep/<uuid:draft>/buang/", drafts.dropped, name="drop"),
    path("perintah/konsep/<uuid:draft>/<str:paper>.pdf", drafts.draft_paper, name="draft-paper"),
    path("perintah/konsep/<uuid:draft>/tanda-tangan/", drafts.signing, name="signing"),
    path("perintah/konsep/<uuid:draft>/pertanyaan/", drafts.challenge, name="challenge"),
    path("perintah/konsep/<uuid:draft>/tanda-tangani/", drafts.sign, name="sign"),
    path("perintah/konsep/<uuid:draft>/kembalikan/", drafts.returned, name="return"),
    path("perintah/<str:key>/", orders.order, name="order"),
    path("perintah/<str:key>/buat-surat/", orders.drawn, name="draw"),
    path("perintah/<str:key>/henti/", orders.stopped, name="stop"),
    path("perintah/<str:key>/sprin.pdf", orders.paper, {"paper": "sprin", "form": "pdf"}, name="sprin-pdf"),
    path("perintah/<str:key>/sprin.docx", orders.paper, {"paper": "sprin", "form": "docx"}, name="sprin-docx"),
    path("perintah/<str:key>/renpam.pdf", orders.paper, {"paper": "renpam", "form": "pdf"}, name="renpam-pdf"),
    path("perintah/<str:key>/renpam.docx", orders.paper, {"paper": "renpam", "form": "docx"}, name="renpam-docx"),
    path("perintah/<str:key>/lampiran-intelijen.pdf", orders.intelligence, name="intelligence"),
    path("perintah/<str:key>/surat/<str:code>.pdf", orders.letter, {"form": "pdf"}, name="letter-pdf"),
    path("perintah/<str:key>/surat/<str:code>.docx", orders.letter, {"form": "docx"}, name="letter-docx"),
    path("perintah/<str:key>/surat.zip", orders.bundle, name="bundle"),
    path("perintah/<str:key>/personel.xlsx", orders.sheet, name="sheet"),
    path("perintah/<str:key>/kirim/<str:agreement>/", orders.told, name="tell"),
    path("perintah/<str:key>/cabut/", orders.revoked, name="revoke"),
    path("tugas/", cards.cards, name="cards"),
    path("tugas/<str:code>/", cards.card, name="card"),
    path("tugas/<str:code>/surat.pdf", cards.letter, name="card-letter"),
]

navigation.register_view(
    navigation.View(place="plans", label=_("Surat perintah"), url_name="orders:orders", permission="orders.read")
)
navigation.register_view(
    navigation.View(place="plans", label=_("Petugas TPS"), url_name="orders:roster", permission="orders.roster")
)
navigation.register_inbox(showing.inbox)
navigation.register_panels(showing.panels)
records.register(
    {
        "orders.issued": _("surat perintah"),
        "orders.intelligence_annexed": _("lampiran intelijen"),
        "orders.letters_drawn": _("surat tugas selesai dibuat"),
        "orders.revoked": _("pencabutan surat perintah"),
    },
    showing.opens,
    {
        "orders and intelligence of the police stay in their internal log": _(
            "Surat perintah dan lampiran intelijen tetap di dalam kantor Polri."
        ),
        "only the Kapolres or the Plh signs an order": _("Surat perintah ditandatangani Kapolres atau Plh."),
        "the order it replaces is not in force": _("Surat perintah yang diganti tidak berlaku lagi."),
        "the order is not in force": _("Surat perintah ini sudah diganti atau dicabut."),
        "no such order": _("Surat perintahnya tidak ada."),
    },
)
records.register(
    {
        "orders.roster_stated": _("daftar petugas pengamanan TPS"),
        "orders.roster_withdrawn": _("penarikan daftar petugas"),
    },
    roster.opens,
    {
        "only the police tell who guards, under an agreement": _(
            "Daftar petugas hanya dikirim Polri di bawah perjanjian."
        ),
        "its counts are of no roster": _("Jumlah di dalam daftar petugas itu tidak mungkin."),
        "the roster is not the author's": _("Daftar petugas itu bukan milik penulisnya."),
    },
)
for series in public.SERIES.values():
    letters.register_series(series)
letters.register_letters(public.issued_letter)
guard.register_notified(public.is_ordered)
