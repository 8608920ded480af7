"""Template tags every page may use without loading them. Their contracts are shown at /komponen/."""

from __future__ import annotations

import html
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, pgettext

from sinergi.kernel import errors, instants
from sinergi.web import icons
from sinergi.web.scope import Scope

register = template.Library()

# The circle that fills. `late` and `waiting` have their own shapes because colour alone tells nothing.
_RING = '<circle cx="8" cy="8" r="6.1" fill="none" stroke="currentColor" stroke-width="1.8"/>'
_SHAPES = {
    "new": _RING,
    "accepted": f'{_RING}<circle cx="8" cy="8" r="2.6" fill="currentColor"/>',
    "working": f'{_RING}<path d="M8 1.9a6.1 6.1 0 0 1 0 12.2z" fill="currentColor"/>',
    "waiting": f'{_RING}<path d="M8 8V3.4A4.6 4.6 0 1 1 3.4 8z" fill="currentColor"/>',
    "done": (
        '<path fill-rule="evenodd" fill="currentColor" d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm3.3 4.1L7 9.6 4.8 7.5'
        ' 3.7 8.7l3.4 3.2 5.4-5.7z"/>'
    ),
    "refused": (
        f'{_RING}<path d="M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6" stroke="currentColor" stroke-width="1.8"'
        ' stroke-linecap="round"/>'
    ),
    "scheduled": (
        '<circle cx="8" cy="8" r="6.1" fill="none" stroke="currentColor" stroke-width="1.8"'
        ' stroke-dasharray="2.4 1.95"/>'
    ),
    "late": (
        '<path fill-rule="evenodd" fill="currentColor" d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM7 4v5'
        'h2V4zm0 6.4v1.9h2v-1.9z"/>'
    ),
}
_BARS = (
    '<rect class="on" x="0" y="9" width="4" height="6" rx="1"/>'
    '<rect class="{two}" x="5.5" y="5" width="4" height="10" rx="1"/>'
    '<rect class="{three}" x="11" y="1" width="4" height="14" rx="1"/>'
)
_BLOCK = (
    '<rect class="on" x="0" y="0" width="15" height="15" rx="3"/>'
    '<path class="mark" d="M6.5 2.8h2v6h-2zM6.5 10.2h2v2h-2z"/>'
)
_CLASS_SHAPES = {
    "low": '<circle class="shape" cx="7.5" cy="7.5" r="6"/>',
    "medium": '<path class="shape" d="M7.5.7l6.8 6.8-6.8 6.8L.7 7.5z"/>',
    "high": '<path class="shape" d="M7.5 1l6.8 13H.7z"/>',
    "special": '<path class="shape" d="M1 1h13v13H1z"/><path class="hole" d="M5 5h5v5H5z"/>',
}


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """A Tabler outline icon that screen readers skip: `{% icon "home" %}`, `{% icon "bell" "large" %}`."""
    return icons.icon(name, classes)


@register.simple_tag
def state(shape: str, word: str = "", pill: bool = False) -> SafeString:
    """A status: one of eight shapes and a word of the feature's own: `{% state "accepted" _("disanggupi") %}`."""
    if shape not in _SHAPES:
        raise template.TemplateSyntaxError(f"{shape!r} is none of the states {', '.join(_SHAPES)}")
    return format_html(
        '<span class="state {}{}"><svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>{}</span>',
        shape,
        " pill" if pill else "",
        mark_safe(_SHAPES[shape]),  # noqa: S308  a constant of this file
        word or _state_word(shape),
    )


@register.simple_tag
def severity(level: int, word: bool = True) -> SafeString:
    """Severity 1 (rendah) to 4 (kritis): bars, then a block with “!”. Without `word` only screen readers hear it."""
    label = _severity_word(level)
    drawn = _BLOCK if level == 4 else _BARS.format(two="on" if level > 1 else "off", three="on" if level > 2 else "off")
    return _marked(f"severity level-{level}", "0 0 15 15", drawn, label, word)


@register.simple_tag
def vulnerability(code: str, word: bool = True) -> SafeString:
    """The class of a polling station: low, medium, high or special, as circle, diamond, triangle or square."""
    return _marked(f"class-mark {code}", "0 0 15 15", _CLASS_SHAPES[code], _class_word(code), word)


@register.simple_tag
def deadline(
    due: datetime | None, now: datetime, rule: str = "", soon_hours: int = 48, met: bool = False, big: bool = False
) -> SafeString:
    """How long until `due`: grey, amber from `soon_hours` before, a block once it has passed; the rule beneath.

    `met` says that the duty was done: then only the instant it was due is shown. Nothing for `due` None.
    """
    if due is None:
        return SafeString("")
    left = due - now
    if met:
        tone, shape, words = "met", icons.icon("check", "small"), gettext("terpenuhi")
    elif left < timedelta(0):
        tone, words = "late", gettext("lewat %(span)s") % {"span": _span(-left)}
        shape = mark_safe(f'<svg viewBox="0 0 16 16" aria-hidden="true">{_SHAPES["late"]}</svg>')  # noqa: S308
    else:
        tone = "soon" if left <= timedelta(hours=soon_hours) else ""
        shape, words = icons.icon("clock", "small"), gettext("sisa %(span)s") % {"span": _span(left)}
    return format_html(
        '<span class="due {}{}"><time datetime="{}" title="{}" class="row-free">{} {}</time></span>{}',
        tone,
        " big" if big else "",
        instants.to_text(due),
        instant(due),
        shape,
        words,
        format_html('<span class="due-rule">{}</span>', rule) if rule else "",
    )


@register.simple_tag
def evidence(grade: Any) -> SafeString:
    """Four linked dots and the word for how strongly a fact is held: signed, arrived, witnessed k/n, time-stamped."""
    steps = _steps(grade)
    # A later step implies the earlier ones: who witnessed a record has received it.
    reached = max((place + 1 for place, (_, on) in enumerate(steps) if on), default=0)
    drawn = []
    for place in range(4):
        if place:
            on = " on" if reached > place else ""
            drawn.append(f'<path class="link{on}" d="M{place * 13 - 5} 5h7"/>')
        on = " on" if reached > place else ""
        drawn.append(f'<circle class="dot{on}" cx="{place * 13 + 4}" cy="5" r="3.2"/>')
    word = steps[reached - 1][0] if reached else gettext("belum ada bukti")
    return format_html(
        '<span class="evidence{}"><svg viewBox="0 0 48 10" aria-hidden="true">{}</svg>{}</span>',
        "" if reached else " none",
        mark_safe("".join(drawn)),  # noqa: S308  built from numbers
        word,
    )


@register.inclusion_tag("web/parts/chain.html")
def chain(grade: Any, signed: str = "", arrived: str = "", witnessed: str = "", stamped: str = "") -> dict[str, Any]:
    """The same four steps spelt out, each with who and when."""
    steps = _steps(grade)
    notes = (signed, arrived, witnessed, stamped)
    following = [on for _, on in steps[1:]] + [False]
    return {
        "steps": [
            {"word": word, "on": on, "linked": on and follows, "note": note or ("" if on else gettext("menunggu"))}
            for (word, on), follows, note in zip(steps, following, notes, strict=True)
        ]
    }


@register.simple_tag
def bar(value: float, of: float, tone: str = "") -> SafeString:
    """A bar filled to value/of; the number beside it says the same, so screen readers skip the bar."""
    share = max(0.0, min(100.0, 100.0 * value / of)) if of else 0.0
    return format_html(
        '<svg class="bar {}" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" width="100%" height="6"/>'
        '<rect class="fill" width="{}%" height="6"/></svg>',
        tone,
        f"{share:.1f}",
    )


@register.simple_tag
def scope_entries(scopes: list[Scope], chosen: Scope | None) -> SafeString:
    """The agreements of the scope switch, the chosen one marked. No template loop: every page may have hundreds."""
    entries = []
    for one in scopes:
        mark, tick = (' aria-current="true"', icons.icon("check", "tick")) if one == chosen else ("", "")
        entries.append(
            f'<button class="entry" name="scope" value="{html.escape(one.id)}"{mark}>'
            f"<span>{html.escape(one.label)}</span>{tick}</button>"
        )
    return mark_safe("".join(entries))  # noqa: S308  every word is escaped above, at a fifth of what format_html costs


@register.simple_tag
def exercise() -> SafeString:
    """The mark of a row that belongs to an exercise, for lists that may mix."""
    return format_html('<span class="mark-exercise">{}</span>', "LATIHAN")


@register.inclusion_tag("web/parts/field.html")
def field(bound: BoundField, style: str = "", short: bool = False) -> dict[str, Any]:
    """A form field: label above, help under, error beside. `style` "chips" or "options" for radio and check boxes."""
    widget = bound.field.widget
    is_many = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    if short:
        widget.attrs["class"] = "short"
    return {
        "field": bound,
        "help_id": f"{bound.auto_id}_helptext",
        "error_id": f"{bound.auto_id}_error",
        "is_check": isinstance(widget, CheckboxInput),
        "is_many": is_many,
        "style": style or ("chips" if is_many else ""),
        "is_hidden": bound.is_hidden,
        "is_optional": not bound.field.required and not _always_says_something(widget),
    }


def _always_says_something(widget: Any) -> bool:
    """A choice of one whose empty answer has words of its own ("tidak diminta"), or that has none."""
    if not isinstance(widget, Select) or widget.allow_multiple_selected:
        return False
    return all(str(words).strip("- ") for value, words in widget.choices if value in ("", None))


@register.inclusion_tag("web/parts/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """What is wrong with a form as a whole, or with a field nobody sees, in front of it."""
    unseen = [error for bound in form.hidden_fields() for error in bound.errors]
    return {"errors": [*form.non_field_errors(), *unseen], "count": len(form.errors)}


@register.inclusion_tag("web/parts/crumbs.html")
def crumbs(*pairs: str) -> dict[str, Any]:
    """The way here: `{% crumbs "Rencana" plans_url "Permohonan" list_url "L-PAM-0074" %}`; the last has no address."""
    words = list(pairs)
    return {
        "steps": [
            (words[place], words[place + 1] if place + 1 < len(words) else "") for place in range(0, len(words), 2)
        ]
    }


@register.inclusion_tag("web/parts/paging.html", takes_context=True)
def paging(context: Any, page: Any) -> dict[str, Any]:
    """Which rows of how many a Django `Page` shows, and the way to the next; keeps the filter in the address."""
    return {"page": page, "request": context["request"]}


register.filter(errors.in_brackets)


@register.filter
def instant(at: datetime | None, zone: str = "") -> str:
    """Rabu, 14 Februari 2024 pukul 07.15 WIB."""
    return instants.say_instant(at, zone or _zone(), _language()) if at else ""


@register.filter
def clock(at: datetime | None, zone: str = "") -> str:
    """07.15 WIB."""
    return f"{instants.say_time(at, zone or _zone(), _language())} {zone or _zone()}" if at else ""


@register.filter
def hour(at: datetime | None, zone: str = "") -> str:
    """07.15, where the zone stands beside it."""
    return instants.say_time(at, zone or _zone(), _language()) if at else ""


@register.filter
def day(value: datetime | date | None, zone: str = "") -> str:
    """Rabu, 14 Februari 2024; of an instant, the day in the zone of the place."""
    return instants.say_day(_local_day(value, zone), _language()) if value else ""


@register.filter
def short_day(value: datetime | date | None, zone: str = "") -> str:
    """14 Feb."""
    if not value:
        return ""
    local = _local_day(value, zone)
    return f"{local.day} {instants.MONTHS[_language()][local.month - 1][:3]}"


@register.filter
def named_day(value: datetime | date | None, zone: str = "") -> str:
    """Rab 14 Feb: for what is planned, where people think in days of the week."""
    if not value:
        return ""
    named = instants.DAYS[_language()][_local_day(value, zone).weekday()]
    return f"{named[:3]} {short_day(value, zone)}"


@register.filter
def moment(at: datetime | None, now: datetime) -> str:
    """Short, for rows: 07.15 WIB today, 14 Feb 07.15 WIB this year, 14 Feb 2025 otherwise."""
    if not at:
        return ""
    on, today = _local_day(at), _local_day(now)
    if on.year != today.year:
        return f"{short_day(at)} {on.year}"
    return clock(at) if on == today else f"{short_day(at)} {clock(at)}"


@register.filter
def since(at: datetime | None, now: datetime) -> str:
    """How long ago: 12 dtk, 31 mnt, 3 hari."""
    return _span(now - at) if at else ""


@register.filter
def number(value: int | float | Decimal | None, places: int = 0) -> str:
    """1.234,56 in Indonesian, 1,234.56 in English; `places` decimals."""
    if value is None or value == "":
        return ""
    said = f"{value:,.{places}f}"
    return said if _language() == "en" else said.translate(str.maketrans(",.", ".,"))


def _marked(classes: str, box: str, drawn: str, label: str, word: bool) -> SafeString:
    return format_html(
        '<span class="{}"><svg viewBox="{}" aria-hidden="true">{}</svg>{}</span>',
        classes,
        box,
        mark_safe(drawn),  # noqa: S308  constants of this file
        label if word else format_html('<span class="out-of-sight">{}</span>', label),
    )


def _steps(grade: Any) -> list[tuple[str, bool]]:
    witnessed, of = int(getattr(grade, "witnessed", 0) or 0), int(getattr(grade, "of", 0) or 0)
    told = gettext("disaksikan %(count)s/%(of)s") % {"count": witnessed, "of": of} if of else gettext("disaksikan")
    return [
        (gettext("ditandatangani"), bool(getattr(grade, "signed", False))),
        (gettext("sampai"), bool(getattr(grade, "arrived", False))),
        (told, witnessed > 0),
        (gettext("berstempel waktu"), bool(getattr(grade, "stamped", False))),
    ]


def _span(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days >= 2:
        return ngettext("%(n)s hari", "%(n)s hari", days) % {"n": days}
    if days or hours:
        hours += days * 24
        said = gettext("%(n)s jam") % {"n": hours}
        return f"{said} {gettext('%(n)s mnt') % {'n': minutes}}" if minutes and not days else said
    if minutes:
        return gettext("%(n)s mnt") % {"n": minutes}
    return gettext("%(n)s dtk") % {"n": seconds}


def _state_word(shape: str) -> str:
    return {
        "new": gettext("baru"),
        "accepted": gettext("disanggupi"),
        "working": gettext("dikerjakan"),
        "waiting": gettext("menunggu bukti"),
        "done": gettext("selesai"),
        "refused": gettext("ditolak"),
        "scheduled": gettext("dijadwalkan"),
        "late": gettext("terlambat"),
    }[shape]


def _severity_word(level: int) -> str:
    return {1: gettext("Rendah"), 2: gettext("Sedang"), 3: gettext("Tinggi"), 4: gettext("Kritis")}[level]


def _class_word(code: str) -> str:
    return {
        "low": gettext("Kurang rawan"),
        "medium": gettext("Rawan"),
        "high": gettext("Sangat rawan"),
        "special": pgettext("class of a polling station", "Khusus"),
    }[code]


def _local_day(value: datetime | date, zone: str = "") -> date:
    if isinstance(value, datetime):
        return value.astimezone(instants.ZONES[zone or _zone()]).date()
    return value


def _zone() -> str:
    """The clock on the wall of this office, as Django keeps it (node/opening.py)."""
    return instants.name_of(timezone.get_current_timezone_name())


def _language() -> str:
    return "en" if (get_language() or "id").startswith("en") else "id"
