"""Addresses of the exchange between nodes. Partners' nodes ask below /sync/v1/."""

from django.urls import path, re_path

from sinergi.sync import api

app_name = "sync"

_ORIGIN = "(?P<origin>[0-9a-f]{64})"

urlpatterns = [
    path("sync/v1/state", api.state, name="state"),
    re_path(rf"^sync/v1/logs/{_ORIGIN}/entries$", api.entries, name="entries"),
    re_path(rf"^sync/v1/logs/{_ORIGIN}/bodies$", api.bodies, name="bodies"),
    path("sync/v1/hint", api.hint, name="hint"),
    path("sync/v1/identity", api.identity, name="identity"),
    path("sync/v1/introduction", api.introduction, name="introduction"),
]
