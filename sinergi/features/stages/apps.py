"""The feature as a Django application."""

from django.apps import AppConfig


class StagesConfig(AppConfig):
    """Stages of an election."""

    name = "sinergi.features.stages"
    label = "stages"
