"""What every page's frame needs, gathered when a template asks for it and not before."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from sinergi.access.doors import door_of
from sinergi.kernel.instants import now
from sinergi.ledger import rows
from sinergi.ledger.models import Agreement
from sinergi.web import navigation
from sinergi.web.language import language_of, theme_of
from sinergi.web.scope import Scope, scopes

# Under the thumb of a phone fit five: four places and the rest.
TABS = 4


class Shown(msgspec.Struct, frozen=True):
    """A place or a page of a place, as this person sees it."""

    code: str
    label: str
    icon: str
    url: str
    count: int
    is_current: bool
    group: str
    short: str = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` and `now` in every template."""
    return {"shell": Shell(request), "now": getattr(request, "arrived_at", None) or now()}


class Shell:
    """The frame around one answer. Each property asks the database at most once, and only if the page shows it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: Any = getattr(request, "user", None)
        self.at = getattr(request, "arrived_at", None) or now()
        self.language = language_of(request)
        self.theme = theme_of(request)
        self.path = request.get_full_path()

    @property
    def is_signed_in(self) -> bool:
        """Whether there is somebody to show places to."""
        return bool(self.user is not None and self.user.is_authenticated)

    @cached_property
    def agency(self) -> str:
        """The name of the agency whose node this is; empty before `sinergi init`."""
        own = rows.own_agency()
        return "" if own is None else own.name

    @cached_property
    def scopes(self) -> list[Scope]:
        """What the scope switch offers."""
        return scopes(self.request)

    @cached_property
    def scope(self) -> Scope | None:
        """The agreement chosen, or None for all."""
        chosen = getattr(self.request, "scope", "")
        return next((scope for scope in self.scopes if scope.id == chosen), None)

    @cached_property
    def exercise(self) -> bool:
        """Whether anything on this screen may belong to an exercise: then the ribbon stands first."""
        if self.scope is not None:
            return self.scope.exercise
        if self.is_signed_in:
            # A demo's people work in an exercise also where the node is party to nothing (an outside witness).
            return any(scope.exercise for scope in self.scopes) or getattr(self.request.user, "is_demo", False)
        return Agreement.objects.filter(role__startswith="exercise/").exists()

    @cached_property
    def all_places(self) -> list[Shown]:
        """Every place this person may enter; the longest address that leads the path is the current one."""
        if not self.is_signed_in:
            return []
        seen = [(place, url) for place in navigation.places() if self._may(place) and (url := _url(place.url_name))]
        roads = [(place.code, url) for place, url in seen]
        for place, _ in seen:
            roads += [(place.code, url) for view in navigation.views(place.code) for url in self._roads(view)]
        current = self._current(roads)
        return [
            Shown(
                place.code,
                str(place.label),
                place.icon,
                url,
                place.count(self.request) if place.count else 0,
                place.code == current,
                place.group,
                str(place.short or navigation.SHORT.get(place.code, place.label)),
            )
            for place, url in seen
        ]

    @property
    def places(self) -> list[Shown]:
        """The main places."""
        return [place for place in self.all_places if place.group == "main"]

    @property
    def manage(self) -> list[Shown]:
        """What stands under Kelola."""
        return [place for place in self.all_places if place.group == "manage"]

    @property
    def tabs(self) -> list[Shown]:
        """The first places, for the bar under the thumb."""
        return self.places[:TABS]

    @property
    def more(self) -> list[Shown]:
        """The places that do not fit under the thumb."""
        return self.places[TABS:] + self.manage

    @property
    def more_is_current(self) -> bool:
        """Whether the present page lies behind `Lainnya`."""
        return any(place.is_current for place in self.more)

    @cached_property
    def subplaces(self) -> list[Shown]:
        """The pages inside the present place, if there is a choice of at least two."""
        current = next((place for place in self.all_places if place.is_current), None)
        if current is None:
            return []
        seen = [
            (view, url) for view in navigation.views(current.code) if self._may(view) and (url := _url(view.url_name))
        ]
        here = self._current([(url, road) for view, url in seen for road in self._roads(view)])
        shown = [Shown(view.url_name, str(view.label), "", url, 0, url == here, "") for view, url in seen]
        return shown if len(shown) > 1 else []

    @cached_property
    def waiting(self) -> int:
        """How many things wait for this person, in every agreement: the bell ignores the scope switch."""
        return navigation.waiting_count(self.user, self.at) if self.is_signed_in else 0

    @cached_property
    def sync(self) -> navigation.SyncState | None:
        """How this node stands with its partners."""
        return navigation.sync_state(self.user, self.at) if self.is_signed_in else None

    @cached_property
    def pause(self) -> navigation.Pause | None:
        """Why less can be stated under the agreement that this page is about, if there is a reason.

        That is the agreement of the record that is shown, the one chosen, or the only one there is; on the lists of a
        place all of them.
        """
        if not self.is_signed_in:
            return None
        agreement = getattr(self.request, "under", "") or getattr(self.request, "scope", "")
        asked = [agreement] if agreement else [scope.id for scope in self.scopes] if self._is_at_place else []
        return navigation.pause(self.user, self.at, asked) if asked else None

    @property
    def permissions(self) -> frozenset[str]:
        """What pages offer this person; under an agreement that is not in force nothing that would be refused."""
        held: frozenset[str] = self.user.permissions if self.is_signed_in else frozenset()
        return held - self.pause.closes if self.pause else held

    @property
    def is_closed(self) -> bool:
        """Whether this page is the form of an act that the agreement does not allow now. What was sent is kept."""
        match, asks = self.request.resolver_match, self.request.method in ("GET", "HEAD")
        door = door_of(match.func) if match and asks else None
        return door is not None and self.pause is not None and door.permission in self.pause.closes

    @cached_property
    def office(self) -> str:
        """The office the person holds now, with Plh where they hold it for somebody else."""
        duties = self.user.duties_at() if self.is_signed_in else []
        if not duties:
            return ""
        label = gettext(duties[0].label)
        return f"Plh {label}" if duties[0].is_acting else label

    @property
    def may_search(self) -> bool:
        """Whether the search box is offered."""
        return self.is_signed_in and self.user.can("search.use")

    @property
    def home_url(self) -> str:
        """The start page."""
        return _url("home") or _url("home:home") or "/"

    @property
    def inbox_url(self) -> str:
        """Where the bell leads."""
        return _url("inbox") or _url("home:inbox") or self.home_url

    @property
    def sign_out_url(self) -> str:
        """Where the sign-out form posts to; empty while there is no door."""
        return _url("sign-out") or _url("access:sign-out") or _url("logout") or _url("access:logout")

    @property
    def account_url(self) -> str:
        """The person's own account page, if access offers one."""
        return _url("account") or _url("access:account")

    @property
    def _is_at_place(self) -> bool:
        return any(place.is_current for place in self.places)

    def _may(self, entry: navigation.Place | navigation.View) -> bool:
        return not entry.permission or self.user.can(entry.permission)

    def _roads(self, view: navigation.View) -> list[str]:
        """Its address, and the present one if this is one of its further pages."""
        match = self.request.resolver_match
        own = _url(view.url_name)
        return [own] * bool(own) + [self.request.path] * bool(match and match.view_name in view.pages)

    def _current(self, roads: list[tuple[str, str]]) -> str:
        path = self.request.path
        leading = [(len(url), code) for code, url in roads if path == url or (url != "/" and path.startswith(url))]
        return max(leading)[1] if leading else ""


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
