"""What other features may ask about plans of guards. Frozen structs out; nothing here writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import msgspec
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext

from sinergi.features.guard.models import Order, Plan
from sinergi.features.guard.rules import names, posts
from sinergi.features.risk import public as risk
from sinergi.features.stages import public as stages
from sinergi.web import navigation

__all__ = ["PlanInfo", "Posting", "plan_info", "plans_by_name", "postings", "register_notified"]

_notified: list[Callable[[str], bool]] = []


class PlanInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A kept plan by name. `replaced_by`: the key of its next version, empty for the one that counts."""

    key: str
    name: str
    made_at: datetime
    starts_at: datetime
    ends_at: datetime
    shifts: int
    posts: int
    named: int
    unmet: int
    replaces: str
    replaced_by: str


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One officer at one post: the station it stands at, those it guards, and from when until when.

    `officer` is the service number (NRP). `shift` counts from 1; 0 where a commander ordered the whole duty.
    """

    post: str
    stations: tuple[str, ...]
    level: str
    officer: str
    name: str
    rank: str
    unit: str
    shift: int
    starts_at: datetime
    ends_at: datetime
    is_ordered: bool


def plans_by_name() -> list[PlanInfo]:
    """The kept plans that name officers and whose files are still there, newest first."""
    return [_info(plan) for plan in Plan.objects.filter(named__gt=0, files__isnull=False).order_by("-made_at", "-seq")]


def plan_info(key: str) -> PlanInfo | None:
    """The plan with this key; None where there is none by name. Whoever shows it answers for who reads."""
    found = Plan.objects.filter(key=key, named__gt=0, files__isnull=False).first()
    return None if found is None else _info(found)


def postings(key: str) -> list[Posting]:
    """Who stands where and when in this plan, by post, shift and officer, with those a commander ordered."""
    found = Plan.objects.filter(key=key, files__isnull=False).first()
    if found is None or found.files is None:
        return []
    guarded = {post.code: post for post in posts(found.files)}
    return [
        Posting(
            post=one.post,
            stations=guarded[one.post].stations,
            level=guarded[one.post].level,
            officer=one.officer,
            name=one.name,
            rank=one.rank,
            unit=one.unit,
            shift=one.shift,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            is_ordered=one.is_ordered,
        )
        for one in names.standing(found.files, orders_of(key))
        if one.post in guarded
    ]


def orders_of(key: str) -> list[names.Ordered]:
    """What commanders ordered beside this plan, oldest first, as far as it was not erased."""
    return [
        names.Ordered(
            officer=row.officer,
            post=row.post,
            rule=row.rule,
            reason=row.reason or "",
            ordered_by=row.ordered_by or "",
            ordered_at=row.ordered_at,
        )
        for row in Order.objects.filter(plan=key).order_by("seq")
        if row.officer and row.post
    ]


def register_notified(source: Callable[[str], bool]) -> None:
    """Let a feature say whether the officers of a plan (its key) were told where they stand."""
    if source not in _notified:
        _notified.append(source)


def has_notified(key: str) -> bool:
    """Whether anybody told the officers of this plan where they stand."""
    return any(source(key) for source in _notified)


def next_versions(keys: Iterable[str]) -> dict[str, str]:
    """Of plans that were replaced, the key of what took their place."""
    rows = Plan.objects.filter(replaces__in=list(keys)).order_by("seq")
    return {replaced: key for replaced, key in rows.values_list("replaces", "key") if replaced}


def _info(plan: Plan) -> PlanInfo:
    hours = names.duty(plan.files or {})
    starts_at = hours.starts_at if hours else plan.made_at
    return PlanInfo(
        key=plan.key,
        name=plan.name or "",
        made_at=plan.made_at,
        starts_at=starts_at,
        ends_at=hours.of_shift(hours.shifts)[1] if hours else starts_at,
        shifts=hours.shifts if hours else 1,
        posts=plan.posts,
        named=plan.named,
        unmet=plan.unmet,
        replaces=plan.replaces or "",
        replaced_by=next_versions([plan.key]).get(plan.key, ""),
    )


def staying(agreement_ids: list[str], calendar: stages.Calendar, decided_on: date, at: datetime) -> list[stages.Move]:
    """The newest plan, where it was made for another voting day: nobody moves it. Only the police's node has one."""
    plan, moved = _newest(), None
    if plan is not None and agreement_ids:
        moved = stages.moved_since(plan.made_at)
    if plan is None or moved is None:
        return []
    return [
        stages.Move(
            kind="stays",
            agreement=agreement_ids[0],
            what=gettext("Rencana penjagaan %(name)s") % {"name": plan.name or ""},
            before=moved[0],
            url=reverse("guard:plan", args=[plan.key]),
        )
    ]


def inbox(user: Any, at: datetime) -> list[navigation.Waiting]:
    """The newest plan, where voting day was moved since it was made."""
    plan = _newest() if user.can("guard.plan") else None
    moved = stages.moved_since(plan.made_at) if plan is not None else None
    if plan is None or moved is None:
        return []
    return [
        navigation.Waiting(
            title=gettext("Susun ulang rencana penjagaan: hari pemungutan suara pindah"),
            url=reverse("guard:plan", args=[plan.key]),
            sub=gettext("%(name)s, dibuat untuk %(was)s; sekarang %(now)s")
            % {
                "name": plan.name or "",
                "was": date_format(moved[0], "j F Y"),
                "now": date_format(moved[1], "j F Y"),
            },
            urgency=2,
            key=plan.key,
            icon="shield",
        )
    ]


def resting(user: Any) -> list[risk.Resting]:
    """The plans that still count: each rests on the classes there were when it was made."""
    if not user.can("guard.read"):
        return []
    found = list(Plan.objects.exclude(files=None).defer("files").order_by("-made_at", "-seq")[:100])
    after = next_versions([plan.key for plan in found])
    return [
        risk.Resting(name=plan.name or "", url=reverse("guard:plan", args=[plan.key]), made_at=plan.made_at)
        for plan in found
        if plan.key not in after
    ]


def _newest() -> Plan | None:
    """The newest plan; one that was replaced was made before what took its place."""
    return Plan.objects.exclude(files=None).defer("files").order_by("-made_at", "-seq").first()
