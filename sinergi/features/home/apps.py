"""The feature as a Django application."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Start page and inbox."""

    name = "sinergi.features.home"
    label = "home"
