"""Addresses of standing duties, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.standing_duties import views
from sinergi.web import navigation, records

app_name = "standing_duties"

urlpatterns = [
    path("data-pemilih/", views.updates, name="updates"),
    path("data-pemilih/lapor/", views.report, name="report"),
    path("data-pemilih/<str:key>/", views.update, name="update"),
    path("data-pemilih/<str:key>/jawaban/", views.answer, name="answer"),
    path("kontak/", views.contacts, name="contacts"),
    path("kontak/<str:agreement>/", views.edit_contacts, name="edit-contacts"),
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
navigation.register_inbox(views.inbox)
records.register(
    {
        "standing_duties.voter_update_reported": _("pemutakhiran data pemilih"),
        "standing_duties.member_changes_reported": _("perubahan status anggota Polri"),
        "standing_duties.contacts_published": _("daftar kontak"),
    },
    reasons={
        "only a commission reports the voter-data update": _("Pemutakhiran data pemilih hanya dilaporkan KPU."),
        "it is no possible voter-data update": _("Pemutakhiran ini memuat angka yang tidak mungkin."),
        "only the police report changes of their members": _("Perubahan status anggota hanya dilaporkan Polri."),
        "it is no possible answer to an update": _("Jawaban ini memuat angka yang tidak mungkin."),
        "it answers no update of this agreement": _("Jawaban ini tidak menunjuk pemutakhiran perjanjian ini."),
        "it is no possible contact list": _("Daftar kontak ini tidak mungkin."),
    },
)
