"""Addresses of strength, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.people.views import strength, uploads
from sinergi.web import navigation, records

app_name = "people"

urlpatterns = [
    path("sdm/", strength.strength, name="strength"),
    path("sdm/personel/", strength.named, name="officers"),
    path("sdm/personel/unduh.xlsx", strength.named_sheet, name="officers-sheet"),
    path("sdm/unggahan/", uploads.new_upload, name="upload"),
    path("sdm/unggahan/templat/<str:subject>.xlsx", uploads.template_sheet, name="template"),
    path("sdm/unggahan/<uuid:draft>/", uploads.preview, name="preview"),
    path("sdm/unggahan/<uuid:draft>/perbaikan.xlsx", uploads.corrected_sheet, name="corrected"),
    path("sdm/unggahan/<uuid:draft>/batal/", uploads.discarded, name="discarded"),
    path("sdm/unggahan/<uuid:draft>/pernyataan/", uploads.statement, name="statement"),
]

navigation.register_place(
    navigation.Place(code="people", label=_("SDM"), icon="users", url_name="people:strength", permission="people.read")
)
navigation.register_view(
    navigation.View(place="people", label=_("Kekuatan"), url_name="people:strength", permission="people.read")
)
navigation.register_view(
    navigation.View(place="people", label=_("Personel"), url_name="people:officers", permission="people.read")
)
records.register(
    {"people.units_listed": _("daftar satuan"), "people.officers_listed": _("daftar personel")},
    None,
    {
        "units and officers of the police stay in their internal log": _(
            "Satuan dan personel tetap di dalam kantor Polri."
        )
    },
)
