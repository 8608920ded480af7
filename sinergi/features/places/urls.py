"""Addresses of places."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.data.public import register_known
from sinergi.features.places.api import ROUTES
from sinergi.features.places.public import stations_known
from sinergi.features.places.views import regions, stations, uploads
from sinergi.web import navigation, records
from sinergi.web.api import addresses

app_name = "places"

urlpatterns = [
    path("tempat/", stations.stations, name="stations"),
    path("tempat/tps.xlsx", stations.stations_sheet, name="stations-sheet"),
    path("tempat/tps.json", stations.stations_points, name="points"),
    path("tempat/wilayah.geojson", stations.region_areas, name="areas"),
    path("tempat/tps/<int:code>/", stations.station, name="station"),
    path("tempat/daftar/", uploads.lists, name="lists"),
    path("tempat/daftar/<str:key>/", uploads.station_list, name="list"),
    path("tempat/unggahan/", uploads.new_upload, name="upload"),
    path("tempat/unggahan/templat.xlsx", uploads.template_sheet, name="template"),
    path("tempat/unggahan/<uuid:draft>/", uploads.preview, name="preview"),
    path("tempat/unggahan/<uuid:draft>/perbaikan.xlsx", uploads.corrected_sheet, name="corrected"),
    path("tempat/unggahan/<uuid:draft>/tanpa-wilayah-lain/", uploads.without_others, name="without-others"),
    path("tempat/unggahan/<uuid:draft>/batal/", uploads.discarded, name="discarded"),
    path("tempat/unggahan/<uuid:draft>/terbitan/", uploads.publication, name="publication"),
    path("kelola/wilayah/", regions.regions, name="regions"),
    path("kelola/wilayah/templat.xlsx", regions.region_template, name="region-template"),
    *addresses(ROUTES),
]

navigation.register_place(
    navigation.Place(
        code="data",
        label=_("Data Bersama"),
        icon="database",
        url_name="places:stations",
        permission="places.read",
    )
)
navigation.register_view(
    navigation.View(place="data", label=_("Peta TPS"), url_name="places:stations", permission="places.read")
)
navigation.register_view(
    navigation.View(
        place="data",
        label=_("Daftar TPS"),
        url_name="places:lists",
        permission="places.read",
        pages=("places:upload", "places:preview", "places:without-others", "places:discarded", "places:publication"),
    )
)
navigation.register_view(
    navigation.View(place="office", label=_("Wilayah"), url_name="places:regions", permission="places.regions")
)
navigation.register_search(stations.found)
register_known("D-02", stations_known)
records.register(
    {"places.stations_published": _("daftar TPS")},
    reasons={
        "only a commission publishes polling stations": _("Daftar TPS hanya diterbitkan KPU."),
        "the regency is not the author's": _("Kabupaten itu bukan wilayah penulisnya."),
    },
)
