"""Addresses of the exchange between nodes. Partners' nodes ask below /sync/v1/."""

from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _

from sinergi.sync import api, views
from sinergi.web import navigation

app_name = "sync"

_ORIGIN = "(?P<origin>[0-9a-f]{64})"

urlpatterns = [
    path("sync/v1/state", api.state, name="state"),
    re_path(rf"^sync/v1/logs/{_ORIGIN}/entries$", api.entries, name="entries"),
    re_path(rf"^sync/v1/logs/{_ORIGIN}/bodies$", api.bodies, name="bodies"),
    re_path(r"^sync/v1/objects/(?P<digest>[0-9a-f]{64})$", api.sealed_object, name="object"),
    path("sync/v1/hint", api.hint, name="hint"),
    path("sync/v1/identity", api.identity, name="identity"),
    path("sync/v1/introduction", api.introduction, name="introduction"),
    path("witness/v1/add-checkpoint", api.add_checkpoint, name="add-checkpoint"),
    re_path(rf"^witness/v1/checkpoint/{_ORIGIN}$", api.witnessed, name="witnessed"),
    path("kelola/instansi/", views.partners, name="partners"),
    path("kelola/kunci/", views.own_keys, name="keys"),
    path("kelola/instansi/alamat/", views.address, name="address"),
    path("kelola/instansi/undangan/", views.invite, name="invite"),
    path("kelola/instansi/undangan/berkas/", views.invitation_file, name="invitation-file"),
    path("kelola/instansi/perbandingan/", views.compare, name="compare"),
    path("kelola/instansi/sambungan/", views.connect, name="connect"),
    re_path(r"^kelola/instansi/(?P<agency>[0-9a-f]{64})/jeda/$", views.pause, name="pause"),
    re_path(r"^kelola/instansi/(?P<agency>[0-9a-f]{64})/saksi/$", views.witness, name="witness"),
]

navigation.register_place(
    navigation.Place(
        code="partners",
        label=_("Instansi"),
        icon="building-community",
        url_name="sync:partners",
        permission="node.manage",
        group="manage",
    )
)

navigation.register_place(
    navigation.Place(
        code="keys",
        label=_("Kunci"),
        icon="key",
        url_name="sync:keys",
        permission="node.manage",
        group="manage",
    )
)
