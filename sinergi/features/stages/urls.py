"""Addresses of the calendar."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.stages import views
from sinergi.web import navigation

app_name = "stages"

urlpatterns = [
    path("tahapan/", views.stages, name="stages"),
    path("tahapan/tahapan.xlsx", views.stages_sheet, name="sheet"),
    path("kelola/kalender/", views.choose, name="choose"),
]

navigation.register_view(
    navigation.View(place="office", label=_("Kalender"), url_name="stages:choose", permission="stages.choose")
)
