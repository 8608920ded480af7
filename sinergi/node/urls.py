"""Addresses of a node: each feature brings its own."""

from importlib.util import find_spec

from django.urls import include, path

from sinergi.node.features import FEATURES

urlpatterns = [path("", include(name)) for name in (f"{feature}.urls" for feature in FEATURES) if find_spec(name)]
