"""Addresses of reminders, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.reminders import views
from sinergi.web import navigation

app_name = "reminders"

urlpatterns = [
    path("akun/pengingat/", views.mine, name="mine"),
    path("kelola/surel/", views.server, name="server"),
]

navigation.register_place(
    navigation.Place(
        code="mail",
        label=_("Surel"),
        icon="bell",
        url_name="reminders:server",
        permission="node.manage",
        group="manage",
    )
)
navigation.register_inbox(views.inbox)
