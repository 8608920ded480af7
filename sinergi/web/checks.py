"""What must be right before a node starts to show pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error

from sinergi.web import icons, navigation

_ICON = re.compile(r"""{%\s*icon\s+["']([^"']+)["']""")


def icons_exist(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """An error for every icon that a template or a place names and Tabler does not have."""
    named = {place.icon: f"place {place.code}" for place in navigation.places()}
    for template in templates():
        for name in _ICON.findall(template.read_text()):
            named.setdefault(name, str(template))
    return [
        Error(f"{where} names the icon {name!r}, which does not exist.", id="web.E001")
        for name, where in named.items()
        if not icons.exists(name)
    ]


def templates() -> list[Path]:
    """Every template of every part of Sinergi."""
    folders = [Path(app.path) / "templates" for app in apps.get_app_configs() if app.name.startswith("sinergi")]
    return sorted(path for folder in folders for path in folder.rglob("*.html"))
