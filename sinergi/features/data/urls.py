"""Addresses of exchanged data, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.data.views import catalogue
from sinergi.web import navigation, records

app_name = "data"

urlpatterns = [
    path("data/", catalogue.catalogue, name="catalogue"),
    path("data/katalog.xlsx", catalogue.catalogue_sheet, name="catalogue-sheet"),
    path("data/katalog.jsonld", catalogue.catalogue_dcat, name="catalogue-dcat"),
    path("data/kumpulan/", catalogue.list_dataset, name="list"),
    path("data/kumpulan/baku/<str:agreement>/", catalogue.adoption, name="adoption"),
    path("data/kumpulan/<str:key>/", catalogue.dataset, name="dataset"),
]

navigation.register_view(
    navigation.View(
        place="data",
        label=_("Katalog data"),
        url_name="data:catalogue",
        permission="data.read",
        pages=("data:list", "data:adoption", "data:dataset"),
    )
)
records.register(
    {"data.dataset_listed": _("isi katalog data")},
    opens=catalogue.opens,
    reasons={"it is no possible entry of a catalogue": _("Isi katalog ini memuat hal yang tidak mungkin.")},
)
