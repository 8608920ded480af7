"""The feature as a Django application."""

from django.apps import AppConfig


class AgreementConfig(AppConfig):
    """Agreements."""

    name = "sinergi.features.agreement"
    label = "agreement"
