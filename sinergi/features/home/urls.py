"""Addresses of the start page and the inbox."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.home import views
from sinergi.web import navigation

app_name = "home"

urlpatterns = [
    path("", views.home, name="home"),
    path("kotak/", views.inbox, name="inbox"),
    path("kotak/unduh.xlsx", views.inbox_sheet, name="inbox-sheet"),
]

navigation.register_place(
    navigation.Place(code="home", label=_("Beranda"), icon="home", url_name="home:home", permission="home.read")
)
