"""Addresses of people's rights, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.rights.views import erasures, tracing
from sinergi.web import navigation, records

app_name = "rights"

urlpatterns = [
    path("hak/berkas/", tracing.trace, name="trace"),
    path("hak/penghapusan/", erasures.erasures, name="erasures"),
    path("hak/penghapusan/daftar.xlsx", erasures.erasures_sheet, name="erasures-sheet"),
    path("hak/penghapusan/baru/", erasures.ask, name="ask"),
    path("hak/penghapusan/<str:key>/", erasures.erasure, name="erasure"),
    path("hak/penghapusan/<str:key>/hapus/", erasures.carry_out, name="carry-out"),
    path("hak/penghapusan/<str:key>/tolak/", erasures.refuse, name="refuse"),
]

navigation.register_view(
    navigation.View(
        place="data",
        label=_("Penghapusan data pribadi"),
        url_name="rights:erasures",
        permission="rights.read",
        pages=("rights:ask", "rights:erasure", "rights:carry-out", "rights:refuse"),
    )
)
navigation.register_view(
    navigation.View(place="data", label=_("Berkas temuan"), url_name="rights:trace", permission="rights.trace")
)
navigation.register_inbox(erasures.inbox)
records.register(
    {
        "erasure.requested": _("permintaan penghapusan"),
        "erasure.done": _("pernyataan sudah dihapus"),
        "erasure.refused": _("penolakan penghapusan"),
    },
    opens=erasures.opens,
    reasons={
        "it names no records, too many, or one twice": _("Permintaan ini tidak menyebut catatan dengan benar."),
        "what it names is never erased": _("Naskah perjanjian dan kunci tidak dihapus."),
        "an archive goes only under its retention schedule": _("Arsip hanya dimusnahkan menurut jadwal retensinya."),
        "it is no possible attestation": _("Pernyataan ini memuat isi yang tidak mungkin."),
        "it was erased there before": _("Pemegang itu sudah menghapusnya sebelumnya."),
        "that holder answered before": _("Pemegang itu sudah menjawab sebelumnya."),
        "it answers no request to erase": _("Ini tidak menjawab permintaan penghapusan."),
        "its author may not decide on erasing": _("Penghapusan diputus Kapolres, atau Ketua dan Sekretaris KPU."),
    },
)
