"""Browser libraries: which files of node_modules the pages use, and under which address.

Nothing else of node_modules is served, and nothing of it is copied into the repository.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage

# address below /static/vendor/ -> folder of node_modules that holds the file of the same name
FILES: dict[str, str] = {
    "inter/inter-latin-wght-normal.woff2": "@fontsource-variable/inter/files",
    "htmx/htmx.min.js": "htmx.org/dist",
    "tabs/bundle.js": "@github/tab-container-element/dist",
    "combobox/index.js": "@github/combobox-nav/dist",
    "popover/popover.min.js": "@oddbird/popover-polyfill/dist",
    "maplibre/maplibre-gl-csp.js": "maplibre-gl/dist",
    "maplibre/maplibre-gl-csp-worker.js": "maplibre-gl/dist",
    "maplibre/maplibre-gl.css": "maplibre-gl/dist",
}


def node_modules() -> Path:
    """Where `npm ci` puts the libraries."""
    return Path(settings.ROOT) / "node_modules"


class VendorFinder(BaseFinder):
    """Lets Django find the files named above."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """An error for every file that npm has not installed."""
        return [
            Error(f"{name} is missing from node_modules.", hint="Run: npm ci --ignore-scripts", id="web.E002")
            for name in FILES
            if not _source(name).is_file()
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file behind the address `path`, in the form Django asks for."""
        name = path.removeprefix("vendor/")
        if not path.startswith("vendor/") or name not in FILES:
            return []
        found = str(_source(name))
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, FileSystemStorage]]:
        """Every file with the storage it comes from."""
        for name in FILES:
            storage = FileSystemStorage(location=_source(name).parent)
            storage.prefix = f"vendor/{name.rpartition('/')[0]}"  # type: ignore[attr-defined]
            yield _source(name).name, storage


def _source(name: str) -> Path:
    return node_modules() / FILES[name] / name.rpartition("/")[2]
