"""What features tell the frame: their places in the menu, what can be found, what waits, what is counted.

`web` lies below the features and may not import them; they register here, at the foot of their `urls.py`, which Django
imports before it answers the first request. Registering the same thing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django.http import HttpRequest

    from sinergi.access.models import User

# The nine places of the office shell in their order, then what administrators keep. Only registered ones are shown.
ORDER = ("home", "agreements", "data", "plans", "posko", "law", "regulations", "people", "public")
# One word each for places whose label is too long for the phone's bar.
SHORT = {"data": gettext_lazy("Data"), "people": gettext_lazy("SDM")}

Tone = Literal["", "good", "warn", "bad"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the side navigation.

    `code` is one of ORDER, or any word for an entry of the group `manage` (Kelola). `label` is lazily translated text,
    `icon` a Tabler name, `url_name` what `reverse` takes. Without `permission` every signed-in person sees it.
    `short` is one word for the phone's bar and the tablet's rail, if SHORT has none and the label is longer.
    `count(request)` gives the number beside it: what waits there for this person, never how much there is.
    """

    code: str
    label: Any
    icon: str
    url_name: str
    permission: str = ""
    short: Any = ""
    count: Callable[[HttpRequest], int] | None = None
    group: Literal["main", "manage"] = "main"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A page inside a place, shown as a row of links under the heading once a person may see two of them.

    It is the current one on its own address, on the addresses behind it, and on those named in `pages`: pages that
    people reach from it though their address lies elsewhere.
    """

    place: str
    label: Any
    url_name: str
    permission: str = ""
    pages: tuple[str, ...] = ()


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """Something found: what it is called, one line about it, where it opens, and a Tabler icon."""

    title: str
    url: str
    sub: str = ""
    icon: str = "file-text"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """How a person decides at once, on the card itself: a form that posts to `action`.

    `fields` are hidden; the button `yes` adds `yes_fields`. With `no` there is a second answer that adds `no_fields`
    and one sentence in the field `words`. `matter` is what would be decided, in one sentence, `grade` its evidence.
    """

    action: str
    fields: dict[str, str]
    yes: Any
    yes_fields: dict[str, str] = {}
    no: Any = ""
    no_fields: dict[str, str] = {}
    matter: str = ""
    grade: Any = None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for this very person.

    `due` is the instant by which it must be done, if there is one; `urgency` 0 (someday) to 3 (a person is in danger)
    orders what has no due. `agreement` lets the scope switch narrow the list. `code` is the number people say, `action`
    what the row's button says. With a `decision` the start page shows a card that answers at once.
    """

    title: str
    url: str
    sub: str = ""
    due: datetime | None = None
    urgency: int = 1
    agreement: str = ""
    key: str = ""
    icon: str = "inbox"
    code: str = ""
    action: Any = gettext_lazy("Buka")
    decision: Decision | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number of the start page. It opens the list it counts; `of` is the whole, `sub` one line of what is behind."""

    label: Any
    value: int
    url: str
    of: int | None = None
    sub: str = ""
    tone: Tone = ""
    weight: int = 50


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What a person most likely wants to start now; the start page shows the one with the greatest weight."""

    label: Any
    url: str
    icon: str = "plus"
    weight: int = 50


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a panel of the start page. `shape` and `word` are its state, as the tag `state` draws it."""

    title: str
    url: str
    sub: str = ""
    code: str = ""
    at: datetime | None = None
    due: datetime | None = None
    shape: str = ""
    word: Any = ""
    agreement: str = ""


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """A short list on the start page: today's tasks, what the partner owes an answer. `url` opens the whole list.

    `total` is how many there are when not all are shown; `empty` says why there are none, and is shown then. What is
    only good to know stands at the `is_side`.
    """

    title: Any
    lines: list[Line]
    url: str = ""
    total: int = 0
    empty: Any = ""
    is_side: bool = False
    weight: int = 50


class SyncState(msgspec.Struct, frozen=True, kw_only=True):
    """How this node stands with its partners, in words: `Sama di kedua pihak`, `KPU Paluta terputus 31 mnt`."""

    sentence: str
    url: str = ""
    apart: bool = False


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """Why less can be stated under an agreement now: `sentence`, where its page opens, and which permissions rest."""

    sentence: str
    url: str
    closes: frozenset[str] = frozenset()


Search = Callable[["User", str], list[Hit]]
Inbox = Callable[["User", datetime], list[Waiting]]
Count = Callable[["User", datetime], int]
Figures = Callable[["User", datetime, str], list[Figure]]
Sentences = Callable[["User", datetime, str], list[str]]
Actions = Callable[["User", datetime, str], list[Action]]
Panels = Callable[["User", datetime, str], list[Panel]]
Sync = Callable[["User", datetime], SyncState | None]
Names = Callable[[list[str]], dict[str, str]]
Pauses = Callable[["User", datetime, list[str]], Pause | None]

Source = TypeVar("Source")

_places: dict[str, Place] = {}
_views: dict[tuple[str, str], View] = {}
_search: list[Search] = []
_inbox: list[Inbox] = []
_counts: dict[Inbox, Count] = {}
_figures: list[Figures] = []
_sentences: list[Sentences] = []
_actions: list[Actions] = []
_panels: list[Panels] = []
_sync: list[Sync] = []
_names: list[Names] = []
_pauses: list[Pauses] = []


def register_place(place: Place) -> None:
    """Show `place` in the menu. ValueError for a main place whose code is not in ORDER."""
    if place.group == "main" and place.code not in ORDER:
        raise ValueError(f"{place.code!r} is none of the places {', '.join(ORDER)}")
    _places[place.code] = place


def register_view(view: View) -> None:
    """Show `view` among the pages of its place."""
    _views[(view.place, view.url_name)] = view


def register_search(source: Search) -> Search:
    """Ask `source(user, words)` whenever somebody searches; it returns only what that user may open."""
    return _add(_search, source)


def register_inbox(source: Inbox, count: Count | None = None) -> Inbox:
    """Ask `source(user, at)` what waits for a person; every page shows how many that are.

    `count(user, at)` says how many, where that is cheaper than telling what they are.
    """
    if count is not None:
        _counts[source] = count
    return _add(_inbox, source)


def register_figures(source: Figures) -> Figures:
    """Ask `source(user, at, scope)` for numbers of the start page; `scope` is an agreement id, or empty for all."""
    return _add(_figures, source)


def register_sentences(source: Sentences) -> Sentences:
    """Ask `source(user, at, scope)` for the sentences that open the start page."""
    return _add(_sentences, source)


def register_actions(source: Actions) -> Actions:
    """Ask `source(user, at, scope)` what this person may start from the start page."""
    return _add(_actions, source)


def register_panels(source: Panels) -> Panels:
    """Ask `source(user, at, scope)` for short lists of the start page."""
    return _add(_panels, source)


def register_sync_state(source: Sync) -> Sync:
    """Ask `source(user, at)` for the sentence at the right of the top bar. The last one registered speaks."""
    return _add(_sync, source)


def register_names(source: Names) -> Names:
    """Ask `source(ids)` what people here call these agreements, by id: so each has one name on all pages."""
    return _add(_names, source)


def register_pauses(source: Pauses) -> Pauses:
    """Ask `source(user, at, agreements)` why less can be stated under one of them, or under some; None where it can."""
    return _add(_pauses, source)


def places() -> list[Place]:
    """All registered places: the main ones in their fixed order, then those of the group `manage`."""
    main = [_places[code] for code in ORDER if code in _places]
    return main + [place for place in _places.values() if place.group == "manage"]


def views(place: str) -> list[View]:
    """The pages registered inside `place`, in the order of registration."""
    return [view for view in _views.values() if view.place == place]


def search(user: User, words: str) -> list[Hit]:
    """Everything all features find for `words` that this user may open, at most twelve from each feature."""
    asked = " ".join(words.split())
    return [hit for source in _search for hit in source(user, asked)[:12]] if len(asked) >= 2 else []


def waiting(user: User, at: datetime, scope: str = "") -> list[Waiting]:
    """What waits for this person, most pressing first: overdue and soonest due, then by urgency."""
    found = [item for source in _inbox for item in waiting_from(source, user, at)]
    if scope:
        found = [item for item in found if item.agreement in ("", scope)]
    return sorted(found, key=_pressing)


def waiting_count(user: User, at: datetime) -> int:
    """How many things wait for this person, in every agreement."""
    kept: dict[tuple[Inbox, datetime], list[Waiting]] = user.__dict__.get("_waiting", {})
    cheap = {source for source in _counts if (source, at) not in kept}
    return sum(_counts[one](user, at) if one in cheap else len(waiting_from(one, user, at)) for one in _inbox)


def waiting_from(source: Inbox, user: User, at: datetime) -> list[Waiting]:
    """What waits for this person in one feature.

    Menu, start page and inbox of one page all ask for it. `user` is an object of one request, which came in at `at`:
    the answer is kept there and goes with it.
    """
    kept: dict[tuple[Inbox, datetime], list[Waiting]] = user.__dict__.setdefault("_waiting", {})
    if (source, at) not in kept:
        kept[source, at] = source(user, at)
    return kept[source, at]


def figures(user: User, at: datetime, scope: str = "") -> list[Figure]:
    """The numbers of this person's start page: at most seven, the weightiest first."""
    found = [figure for source in _figures for figure in source(user, at, scope)]
    return sorted(found, key=lambda figure: -figure.weight)[:7]


def sentences(user: User, at: datetime, scope: str = "") -> list[str]:
    """The sentences that open this person's start page, in the order of the features."""
    return [sentence for source in _sentences for sentence in source(user, at, scope)]


def actions(user: User, at: datetime, scope: str = "") -> list[Action]:
    """What this person may start, the likeliest first."""
    found = [action for source in _actions for action in source(user, at, scope)]
    return sorted(found, key=lambda action: -action.weight)


def panels(user: User, at: datetime, scope: str = "") -> list[Panel]:
    """The short lists of this person's start page, the weightiest first; those with nothing to say are left out."""
    found = [panel for source in _panels for panel in source(user, at, scope)]
    return sorted((panel for panel in found if panel.lines or panel.empty), key=lambda panel: -panel.weight)


def sync_state(user: User, at: datetime) -> SyncState | None:
    """How the node stands with its partners, if anybody can tell."""
    return _sync[-1](user, at) if _sync else None


def names(agreements: list[str]) -> dict[str, str]:
    """What people here call these agreements, by id."""
    return {agreement: name for source in _names for agreement, name in source(agreements).items()}


def pause(user: User, at: datetime, agreements: list[str]) -> Pause | None:
    """Why less can be stated under that agreement, or under some of several, if there is a reason."""
    return next((found for source in _pauses if (found := source(user, at, agreements)) is not None), None)


def _add(sources: list[Source], source: Source) -> Source:
    if source not in sources:
        sources.append(source)
    return source


def _pressing(item: Waiting) -> tuple[int, float, str]:
    due = item.due.timestamp() if item.due else float("inf")
    return (-item.urgency if item.urgency >= 3 else 0, due, f"{3 - item.urgency}{item.title}")
