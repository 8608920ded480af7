"""Addresses of standing duties, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.data.public import register_known
from sinergi.features.stages import public as stages
from sinergi.features.standing_duties.public import contacts_known, update_known
from sinergi.features.standing_duties.views import contacts, counts, opening, training, updates
from sinergi.web import navigation, records

app_name = "standing_duties"

urlpatterns = [
    path("data-pemilih/", updates.updates, name="updates"),
    path("data-pemilih/lapor/", updates.report, name="report"),
    path("data-pemilih/berkas/", counts.upload, name="counts-upload"),
    path("data-pemilih/berkas/jumlah.xlsx", counts.template_sheet, name="counts-template"),
    path("data-pemilih/berkas/<uuid:draft>/", counts.preview, name="counts-preview"),
    path("data-pemilih/berkas/<uuid:draft>/perbaikan.xlsx", counts.corrected_sheet, name="counts-corrected"),
    path("data-pemilih/<str:key>/", updates.update, name="update"),
    path("data-pemilih/<str:key>/jawaban/", updates.answer, name="answer"),
    path("latihan/", training.training, name="training"),
    path("latihan/usul/", training.propose, name="session-new"),
    path("latihan/<str:key>/jawaban/", training.answer, name="session-answer"),
    path("latihan/<str:key>/hari/", training.move, name="session-move"),
    path("latihan/<str:key>/hari/jawaban/", training.answer_move, name="session-move-answer"),
    path("latihan/<str:key>/laporan/", training.held, name="session-held"),
    path("kontak/", contacts.contacts, name="contacts"),
    path("kontak/<str:agreement>/", contacts.edit_contacts, name="edit-contacts"),
]

navigation.register_view(
    navigation.View(
        place="data",
        label=_("Data pemilih"),
        url_name="standing_duties:updates",
        permission="standing_duties.read",
        pages=("standing_duties:report", "standing_duties:update", "standing_duties:answer"),
    )
)
navigation.register_view(
    navigation.View(
        place="data",
        label=_("Kontak"),
        url_name="standing_duties:contacts",
        permission="standing_duties.read",
        pages=("standing_duties:edit-contacts",),
    )
)
navigation.register_view(
    navigation.View(
        place="plans",
        label=_("Latihan bersama"),
        url_name="standing_duties:training",
        permission="standing_duties.read",
        pages=(
            "standing_duties:session-new",
            "standing_duties:session-answer",
            "standing_duties:session-move",
            "standing_duties:session-move-answer",
            "standing_duties:session-held",
        ),
    )
)
register_known("D-07", contacts_known)
register_known("D-08", update_known)
navigation.register_inbox(updates.inbox)
navigation.register_inbox(training.inbox)
stages.register_dependents(training.staying)
records.register(
    {
        "standing_duties.voter_update_reported": _("pemutakhiran data pemilih"),
        "standing_duties.member_changes_reported": _("perubahan status anggota Polri"),
        "standing_duties.contacts_published": _("daftar kontak"),
        "standing_duties.session_proposed": _("usul latihan bersama"),
        "standing_duties.session_answered": _("jawaban atas latihan bersama"),
        "standing_duties.session_moved": _("usul hari lain latihan bersama"),
        "standing_duties.session_move_answered": _("jawaban atas hari lain latihan bersama"),
        "standing_duties.session_held": _("laporan latihan bersama"),
    },
    opens=opening.opens,
    reasons={
        "only a commission reports the voter-data update": _("Pemutakhiran data pemilih hanya dilaporkan KPU."),
        "it is no possible voter-data update": _("Pemutakhiran ini memuat angka yang tidak mungkin."),
        "only the police report changes of their members": _("Perubahan status anggota hanya dilaporkan Polri."),
        "it is no possible answer to an update": _("Jawaban ini memuat angka yang tidak mungkin."),
        "it answers no update of this agreement": _("Jawaban ini tidak menunjuk pemutakhiran perjanjian ini."),
        "it is no possible contact list": _("Daftar kontak ini tidak mungkin."),
        "it is no possible training session": _("Usul latihan ini memuat isi yang tidak mungkin."),
        "nobody agrees to their own training session": _("Usul latihan sendiri dijawab pihak lain."),
        "it speaks of no training session of this agreement": _("Ini tidak menunjuk latihan perjanjian ini."),
        "it follows no other day of this training session": _("Hari lain ini tidak menunjuk latihan yang sama."),
        "it is no possible report of a training session": _("Laporan latihan ini memuat angka yang tidak mungkin."),
    },
)
