"""Addresses of the frame itself."""

from django.urls import path

from sinergi.web import views

app_name = "web"
urlpatterns = [
    path("lingkup/", views.scope, name="scope"),
    path("bahasa/", views.language, name="language"),
    path("tema/", views.theme, name="theme"),
    path("cari/", views.search, name="search"),
    path("komponen/", views.components, name="components"),
]
