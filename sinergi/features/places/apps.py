"""The feature as a Django application."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Regions and polling stations."""

    name = "sinergi.features.places"
    label = "places"
