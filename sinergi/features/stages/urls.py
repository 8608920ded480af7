"""Addresses of the calendar."""

from django.urls import path

from sinergi.features.stages import views

app_name = "stages"

urlpatterns = [
    path("tahapan/", views.stages, name="stages"),
    path("tahapan/tahapan.xlsx", views.stages_sheet, name="sheet"),
]
