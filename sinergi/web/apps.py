"""The web frame as a Django application."""

from django.apps import AppConfig
from django.core import checks


class WebConfig(AppConfig):
    """Checks at start-up that every icon the pages name exists."""

    name = "sinergi.web"
    label = "web"

    def ready(self) -> None:
        from sinergi.web.checks import icons_exist

        checks.register(icons_exist)
