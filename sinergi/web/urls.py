"""Addresses of the frame itself."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.web import navigation, views

app_name = "web"
urlpatterns = [
    path("lingkup/", views.scope, name="scope"),
    path("bahasa/", views.language, name="language"),
    path("tema/", views.theme, name="theme"),
    path("cari/", views.search, name="search"),
    path("komponen/", views.components, name="components"),
]

# Access lies below the frame and cannot put itself into the menu.
navigation.register_place(
    navigation.Place(
        code="people-of-agency",
        label=_("Pengguna"),
        icon="users",
        url_name="access:people",
        permission="access.manage",
        group="manage",
    )
)
navigation.register_place(
    navigation.Place(
        code="access-trail",
        label=_("Jejak akses"),
        icon="eye-search",
        url_name="access:trail",
        permission="audit.read",
        group="manage",
    )
)
