"""The feature as a Django application."""

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    """Security assistance."""

    name = "sinergi.features.security"
    label = "security"
