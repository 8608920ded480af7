"""The ledger as a Django application."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Loads every feature's kinds once all tables are known."""

    name = "sinergi.ledger"
    label = "ledger"

    def ready(self) -> None:
        from sinergi.ledger import catalog

        catalog.load()
