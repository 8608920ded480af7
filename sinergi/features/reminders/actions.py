"""Sending what presses, choosing where to, and trying the server. Time comes in; every row is written by the writer.

What talks to the server runs in the thread of `service`: no page and no other writing waits for it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext, override

from sinergi.access.models import User
from sinergi.features.obligations import public as obligations
from sinergi.features.reminders import message, post, rules
from sinergi.features.reminders.models import Due, Mailbox, Reminder, Server
from sinergi.kernel.errors import Refused
from sinergi.ledger.rows import own_zone
from sinergi.ledger.writer import run
from sinergi.sync import invitations

logger = logging.getLogger("sinergi.reminders")


def choose(user: User, address: str) -> None:
    """Where this person wants reminders; nowhere where `address` is empty. A refused one given again counts as new."""
    told = {"address": address, "refusal": 0, "refused_at": None}
    if address:
        run(lambda: Mailbox.objects.update_or_create(user=user, defaults=told))
    else:
        run(lambda: Mailbox.objects.filter(user=user).delete())


def ask_trial(address: str, *, at: datetime) -> None:
    """Ask for a test message. The service sends it; what came of it stands in `Server`. Raises Refused."""
    if not post.is_set():
        raise Refused("Server surel belum diatur di simpul ini.", code="SUR-01")
    told = {"trial_to": address, "trial_at": at, "trial_told": "asked"}
    run(lambda: Server.objects.update_or_create(pk=1, defaults=told))


def remind(clock: Callable[[], datetime], stopping: threading.Event | None = None) -> bool:
    """Send what presses and was not sent before; whether nothing is left that may be sent later.

    One message for each person and agreement. What is in it is looked up just before it goes, and noted before that, so
    that a reminder goes out at most once: what was being handed over when the node was killed is left as unsure.
    """
    run(lambda: Reminder.objects.filter(state="sending").update(state="unsure"))
    if not post.is_set():
        return True
    is_good, sent = _try_out(clock), 0
    for person, agreement in _to_remind(clock()) if is_good else []:
        if stopping is not None and stopping.is_set():
            break
        told = _remind_one(person, agreement, clock())
        if told is None:
            continue
        sent += told.verdict == "sent"
        is_good = is_good and told.verdict != "later"
        if told.trouble:
            is_good = False
            break
    if sent:
        logger.info("reminders sent", extra={"event": "mail.sent", "count": sent})
    return is_good


def _try_out(clock: Callable[[], datetime]) -> bool:
    """Send the test message that was asked for; whether the server stands."""
    row = Server.objects.filter(pk=1, trial_told="asked").first()
    if row is None:
        return True
    told = post.hand_over(
        row.trial_to,
        subject=gettext("Sinergi: uji kirim surel"),
        body=gettext("Surel ini menguji pengiriman pengingat. Tidak ada yang perlu dikerjakan.") + "\n",
    )
    # Another may have been asked for meanwhile.
    mine = Server.objects.filter(pk=1, trial_at=row.trial_at)
    at = clock()

    def note() -> None:
        mine.update(trial_told=told.trouble or told.verdict)
        _note_server(told, at)

    run(note)
    return not told.trouble


def _boxes(at: datetime) -> QuerySet[Mailbox]:
    """The mailboxes that may be written to: none that was refused lately. Who left has no duty, so nothing presses."""
    open_again = Q(refusal=0) | Q(refused_at__lte=at - rules.ADDRESS_AGAIN)
    return Mailbox.objects.filter(open_again).select_related("user")


def _to_remind(at: datetime) -> list[tuple[int, str]]:
    """The persons (by number) and agreements with a reminder that did not go out yet."""
    if not rules.is_waking(at, own_zone()):
        return []
    people = [box.user for box in _boxes(at).order_by("user_id")]
    pressing = obligations.pressing(people, at=at)
    return [
        (person, agreement)
        for person, dues in pressing.items()
        for agreement, inside in groupby(dues, key=lambda due: due.agreement)
        if _new(person, agreement, inside)
    ]


def _new(person: int, agreement: str, dues: Iterable[obligations.Pressing]) -> dict[Due, obligations.Pressing]:
    """Those of these dues of one agreement that this person was not reminded of at their present step."""
    known = {row.due for row in Reminder.objects.filter(user=person, agreement=agreement)}
    found = {(due.agreement, due.code, due.mark, due.step): due for due in dues}
    return {key: due for key, due in found.items() if key not in known}


def _remind_one(person: int, agreement: str, at: datetime) -> post.Told | None:
    """Send what presses now to one person under one agreement, if anything still does."""
    box = _boxes(at).filter(user=person).first()
    if box is None:
        return None
    pressing = obligations.pressing([box.user], at=at)[person]
    new = _new(person, agreement, [due for due in pressing if due.agreement == agreement])
    if not new:
        return None
    rows = [Reminder(user_id=person, agreement=due[0], code=due[1], mark=due[2], step=due[3], at=at) for due in new]
    with override(box.user.language):
        subject = message.subject(list(new.values()))
        body = message.body(
            list(new.values()),
            base=_base(),
            choice=reverse("reminders:mine"),
            language=box.user.language,
            zone=own_zone(),
        )
    made = run(lambda: Reminder.objects.bulk_create(rows))
    told = post.hand_over(box.address, subject=subject, body=body)
    run(lambda: _note(box, Reminder.objects.filter(pk__in=[row.pk for row in made]), told, at))
    return told


def _note(box: Mailbox, rows: QuerySet[Reminder], told: post.Told, at: datetime) -> None:
    if told.verdict in ("later", "address"):
        rows.delete()  # surely not sent: what still presses then goes out later, or to another address
    else:
        rows.update(state=told.verdict)
    refusal = (told.code or 553) if told.verdict == "address" else 0
    # Whoever gave another address meanwhile is not refused by the old one.
    Mailbox.objects.filter(pk=box.pk, address=box.address).update(refusal=refusal, refused_at=at if refusal else None)
    _note_server(told, at)


def _note_server(told: post.Told, at: datetime) -> None:
    row, _made = Server.objects.get_or_create(pk=1)
    if not told.trouble:
        row.since = None
    elif not row.trouble:
        row.since = at
        logger.warning("e-mail does not go out", extra={"event": f"mail.stuck.{told.trouble}"})
    row.trouble = told.trouble
    if told.verdict == "sent":
        row.sent_at = at
    row.save(update_fields=["trouble", "since", "sent_at"])


def _base() -> str:
    try:
        return invitations.own_url().rstrip("/")
    except Refused:
        return ""
