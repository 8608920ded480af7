"""The feature as a Django application."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Who has what."""

    name = "sinergi.features.exchange"
    label = "exchange"
