"""Addresses of a node: each feature brings its own."""

from importlib.util import find_spec

from django.urls import include, path

from sinergi.node.api import ROUTES
from sinergi.node.features import FEATURES
from sinergi.web.api import addresses

PARTS = [*FEATURES, "sinergi.sync", "sinergi.access", "sinergi.web"]

urlpatterns = [path("", include(name)) for name in (f"{part}.urls" for part in PARTS) if find_spec(name)]
urlpatterns += [path("", include((addresses(ROUTES), "node")))]

handler400 = "sinergi.web.middleware.bad_request"
handler403 = "sinergi.web.middleware.forbidden"
handler404 = "sinergi.web.middleware.missing"
handler500 = "sinergi.web.middleware.broken"
