"""Addresses of a test node: the exchange, and the frame that answers when something goes wrong."""

from django.urls import include, path

urlpatterns = [path("", include("sinergi.sync.urls"))]
