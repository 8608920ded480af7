"""Addresses of vulnerability, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.data.public import register_known
from sinergi.features.risk.public import classes_known
from sinergi.features.risk.views import stations, uploads
from sinergi.web import navigation, records

app_name = "risk"

urlpatterns = [
    path("kerawanan/", stations.stations, name="stations"),
    path("kerawanan/tps.xlsx", stations.stations_sheet, name="stations-sheet"),
    path("kerawanan/tps/<int:code>/", stations.station, name="station"),
    path("kerawanan/tps/<int:code>/kelas/", stations.station_class, name="class"),
    path("kerawanan/nilai/<str:instrument>/<int:place>/", stations.scoring, name="scoring"),
    path("kerawanan/instrumen/", stations.all_instruments, name="instruments"),
    path("kerawanan/unggahan/", uploads.new_upload, name="upload"),
    path("kerawanan/unggahan/templat/<str:subject>.xlsx", uploads.template_sheet, name="template"),
    path("kerawanan/unggahan/<uuid:draft>/", uploads.preview, name="preview"),
    path("kerawanan/unggahan/<uuid:draft>/perbaikan.xlsx", uploads.corrected_sheet, name="corrected"),
    path("kerawanan/unggahan/<uuid:draft>/batal/", uploads.discarded, name="discarded"),
    path("kerawanan/unggahan/<uuid:draft>/pernyataan/", uploads.statement, name="statement"),
]

navigation.register_view(
    navigation.View(place="plans", label=_("Kerawanan TPS"), url_name="risk:stations", permission="risk.read")
)
register_known("D-05", classes_known)
records.register(
    {"risk.places_scored": _("nilai kerawanan"), "risk.classes_set": _("kelas kerawanan TPS")},
    stations.opens,
    {
        "only the police set classes, under an agreement": _("Kelas kerawanan hanya ditetapkan Polri."),
        "scores of a commission are told under an agreement, those of the police stay internal": _(
            "Nilai KPU dicatat di bawah perjanjian; nilai Polri tetap di dalam kantor."
        ),
        "its counts are of no list of places": _("Jumlah tempat di dalamnya tidak mungkin."),
    },
)
