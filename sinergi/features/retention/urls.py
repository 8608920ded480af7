"""Addresses of retention, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.retention import views
from sinergi.web import navigation

app_name = "retention"

urlpatterns = [
    path("kelola/retensi/", views.schedule, name="schedule"),
    path("kelola/retensi/tahan/<int:pk>/cabut/", views.lift, name="lift"),
]

navigation.register_place(
    navigation.Place(
        code="retention",
        label=_("Retensi"),
        icon="clock",
        url_name="retention:schedule",
        permission="node.manage",
        group="manage",
    )
)
