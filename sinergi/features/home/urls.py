"""Addresses of the start page and the inbox."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.home.views import feeds, start
from sinergi.web import navigation

app_name = "home"

urlpatterns = [
    path("", start.home, name="home"),
    path("kotak/", start.inbox, name="inbox"),
    path("kotak/unduh.xlsx", start.inbox_sheet, name="inbox-sheet"),
    path("langganan/", feeds.subscriptions, name="subscriptions"),
    path("langganan/<int:number>/pencabutan/", feeds.revocation, name="feed-revocation"),
    path("langganan/<str:secret>.ics", feeds.feed, name="feed"),
]

navigation.register_place(
    navigation.Place(code="home", label=_("Beranda"), icon="home", url_name="home:home", permission="home.read")
)
