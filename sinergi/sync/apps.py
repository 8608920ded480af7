"""Exchange between nodes as a Django application."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """Partners and invitations."""

    name = "sinergi.sync"
    label = "sync"
