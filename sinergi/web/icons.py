"""Tabler's outline icons, read from node_modules once and written into the page."""

from __future__ import annotations

import logging
import re
from functools import cache
from xml.etree import ElementTree

from django.utils.safestring import SafeString, mark_safe

from sinergi.web.vendor import node_modules

log = logging.getLogger(__name__)

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PAINTED = ("path", "circle", "rect", "line", "polyline", "ellipse")


@cache
def drawing(name: str) -> str:
    """The shapes inside the icon `name`, as markup; KeyError if Tabler has no such icon."""
    path = node_modules() / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise KeyError(name)
    shapes = []
    for element in ElementTree.fromstring(path.read_text()):  # noqa: S314  as above
        tag = element.tag.rpartition("}")[2]
        # The first path of every Tabler icon is an empty frame of 24 by 24.
        if tag in _PAINTED and element.get("stroke") != "none":
            attributes = " ".join(f'{key}="{value}"' for key, value in element.attrib.items())
            shapes.append(f"<{tag} {attributes}/>")
    return "".join(shapes)


def exists(name: str) -> bool:
    """Whether Tabler has an icon of that name."""
    try:
        drawing(name)
    except KeyError:
        return False
    return True


def icon(name: str, classes: str = "") -> SafeString:
    """The icon as inline SVG that screen readers skip. A missing one leaves a gap and a line in the log, not a 500."""
    try:
        shapes = drawing(name)
    except KeyError:
        log.error("no icon named %s", name)
        shapes = ""
    return mark_safe(  # noqa: S308  shapes come from the locked package, classes from our templates
        f'<svg class="icon {classes}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" '
        f'stroke-linejoin="round" aria-hidden="true" focusable="false">{shapes}</svg>'
    )
