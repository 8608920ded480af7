"""What obligations tell the frame: what waits, numbers and lists of the start page, and where a fact opens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sinergi.access.doors import visible
from sinergi.access.models import User
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import standing, told
from sinergi.features.obligations.due import Occurrence
from sinergi.features.obligations.models import EvaluationReport, History, Minutes, ObligationList, Statement
from sinergi.features.obligations.public import Board, counts, happenings, shape, stands_above
from sinergi.features.obligations.public import titles as titles_of
from sinergi.features.obligations.standing import Fulfilment
from sinergi.features.obligations.views import words
from sinergi.features.obligations.views.board import url_of
from sinergi.kernel.instants import day_of
from sinergi.ledger.store import own_agency
from sinergi.web import feeds, navigation, records

REMEMBERED = timedelta(days=60)
_VERBS = ("agree", "answer", "state")

WORDS = {
    "obligations.proposed": _("usul daftar kewajiban"),
    "obligations.stated": _("pernyataan tentang kewajiban"),
    "obligations.answered": _("jawaban tentang kewajiban"),
    "obligations.minutes_stated": _("notula rapat"),
    "obligations.minutes_answered": _("jawaban atas notula"),
    "obligations.history_stated": _("riwayat perjanjian dari kertas"),
    "obligations.history_answered": _("jawaban atas riwayat"),
    "obligations.minutes_signed": _("tanda tangan notula dengan kunci sandi"),
    "obligations.evaluation_issued": _("laporan analisa dan evaluasi"),
}
REASONS = {
    "it is no possible list of obligations": _("Daftar kewajiban ini memuat isi yang tidak mungkin."),
    "it replaces something that is no list of this agreement": _(
        "Daftar ini menggantikan yang bukan daftar kewajiban."
    ),
    "it speaks of no obligation of that list": _("Pernyataan ini menyebut kewajiban yang tidak ada dalam daftarnya."),
    "its author neither owes this nor may dispute it": _("Penulisnya bukan pihak yang wajib atau berhak."),
    "it answers neither a list nor a statement": _("Jawaban ini tidak menunjuk daftar atau pernyataan."),
    "a dispute is taken back by the one who raised it": _("Sengketa ditarik oleh pihak yang mengajukannya."),
    "nobody answers what they said themselves": _("Tidak ada yang menjawab pernyataannya sendiri."),
    "they are no possible minutes": _("Notula ini memuat isi yang tidak mungkin."),
    "it was signed over another text": _("Ditandatangani atas isi notula yang lain."),
    "it is about no list of this agreement": _("Riwayat ini tidak menunjuk daftar kewajiban."),
    "it is no possible history": _("Riwayat ini memuat isi yang tidak mungkin."),
    "it is no possible evaluation report": _("Laporan ini memuat isi yang tidak mungkin."),
    "it answers no history": _("Jawaban ini tidak menunjuk riwayat."),
    "it answers no minutes": _("Jawaban ini tidak menunjuk notula."),
    "its author had answered before": _("Penulisnya sudah menjawab sebelumnya."),
}


class _Waits(NamedTuple):
    """What waits for one person under one agreement: keys, statements about dues to answer, own dues that press."""

    info: agreements.AgreementInfo
    lists: tuple[str, ...]
    histories: tuple[str, ...]
    minutes: tuple[str, ...]
    asked: list[Fulfilment]
    owed: list[Occurrence]


def inbox(user: User, at: datetime) -> list[navigation.Waiting]:
    """Lists to agree on, statements to answer, and our own dues from a week before."""
    waits, found = _waits(user, at), list[navigation.Waiting]()
    titles = titles_of((one.info.id for one in waits if one.asked or one.owed), at)
    for one in waits:
        id = one.info.id
        if one.lists:
            found += [_list_waits(one.info, row) for row in told.lists([id])[id] if row.key in one.lists]
        if one.histories:
            found += [_history_waits(one.info, row) for row in told.histories([id])[id] if row.key in one.histories]
        if one.minutes:
            found += [_minutes_wait(one.info, row) for row in told.minutes([id])[id] if row.key in one.minutes]
        about = {each.record: each.title for each in happenings(id)} if any(_record(each) for each in one.asked) else {}
        found += [_answer_waits(one.info, each, titles[id], about.get(_record(each), "")) for each in one.asked]
        found += [_due_waits(one.info, each, titles[id]) for each in one.owed]
    return found


def inbox_count(user: User, at: datetime) -> int:
    """How many `inbox` would tell of, without looking up what they are called."""
    return sum(len(part) for one in _waits(user, at) for part in one[1:])


def _waits(user: User, at: datetime) -> list[_Waits]:
    # Who only reads has nothing waiting: no need to look through every agreement on every page.
    if not any(user.can(f"obligations.{verb}") for verb in _VERBS):
        return []
    infos = agreements.in_force_for(user, "obligations.read", on=at)
    kept, soon = counts([info.id for info in infos], at), at + standing.REMIND
    found = []
    for info in infos:
        one, may = kept[info.id], {verb: user.can(f"obligations.{verb}", agreement=info.id) for verb in _VERBS}
        above = stands_above(user, info.id, at=at)
        asked = [each for each in one.asked if may["answer"] and each.occurrence.last_day <= day_of(soon, info.zone)]
        found.append(
            _Waits(
                info=info,
                lists=one.lists if may["agree"] else (),
                histories=one.histories if may["agree"] else (),
                minutes=one.minutes if may["answer"] else (),
                asked=asked,
                owed=standing.pressed(one.owed, at=at, above=above) if may["state"] else [],
            )
        )
    return found


def _record(one: Fulfilment) -> str:
    return one.occurrence.record


def figures(user: User, at: datetime, scope: str) -> list[navigation.Figure]:
    """How many of our dues are late, of all agreements this person works under."""
    if not user.can("obligations.read"):
        return []
    infos = agreements.in_force_for(user, "obligations.read", scope=scope, on=at)
    counted = {id: one for id, one in counts([info.id for info in infos], at).items() if one.has_list}
    if not counted:
        return []
    own = own_agency().id
    late = sum(one.late(at, party=own) for one in counted.values())
    tallies = [one.tally(at, party=own) for one in counted.values()]
    due, on_time = sum(tally.due for tally in tallies), sum(tally.on_time for tally in tallies)
    url = reverse("obligations:overview")
    if len(counted) == 1:
        url = reverse("obligations:board", args=[*counted]) + f"?keadaan=late&pihak={own}"
    share = gettext("%(percent)s%% tepat waktu") % {"percent": on_time * 100 // due} if due else ""
    return [
        navigation.Figure(
            label=_("Kewajiban kita terlambat"),
            value=late,
            url=url,
            sub=share,
            tone="bad" if late else "",
            weight=55,
        )
    ]


def opens(user: User, keys: list[str]) -> dict[str, records.Page]:
    """The pages of these facts."""
    found: dict[str, records.Page] = {}
    for row in visible(user, ObligationList.objects.filter(key__in=keys), "obligations.read", region=None):
        found[row.key] = records.Page(url=reverse("obligations:list", args=[row.agreement]))
    for minutes in visible(user, Minutes.objects.filter(key__in=keys), "obligations.read", region=None):
        url = reverse("obligations:meetings", args=[minutes.agreement]) + f"#notula-{minutes.key}"
        found[minutes.key] = records.Page(url=url)
    for history in visible(user, History.objects.filter(key__in=keys), "obligations.read", region=None):
        url = reverse("obligations:history", args=[history.agreement]) + f"#riwayat-{history.key}"
        found[history.key] = records.Page(url=url)
    for issued in visible(
        user, EvaluationReport.objects.filter(key__in=keys).defer("pdf", "docx"), "obligations.read", region=None
    ):
        url = reverse("obligations:evaluation", args=[issued.agreement]) + "#terbit"
        found[issued.key] = records.Page(url=url, name=issued.written)
    for said in visible(user, Statement.objects.filter(key__in=keys), "obligations.read", region=None):
        url = reverse("obligations:due", args=[said.agreement, said.code, said.mark])
        found[said.key] = records.Page(url=url, name=said.code)
    return found


def calendar_entries(user: User, agreement: str, at: datetime) -> list[feeds.Entry]:
    """Every due of the last weeks and to come, on its last day; what is done says so."""
    if not user.can("obligations.read", agreement=agreement):
        return []
    board = Board(agreement, at=at)
    info = agreements.agreement(agreement)
    exercise = info is not None and info.exercise
    found = []
    for line in board.lines:
        if line.occurrence.due_at < at - REMEMBERED:
            continue
        day = line.occurrence.last_day
        which = line.occurrence.mark[-6:] if line.occurrence.record else words.mark(line.occurrence)
        found.append(
            feeds.Entry(
                name=f"{agreement[:16]}.{line.item.code}.{line.occurrence.mark}",
                title=f"{line.item.code} {line.title} ({which}): {shape(line.found)[1]}",
                starts=day,
                ends=day,
                path=url_of(agreement, line.occurrence),
                exercise=exercise,
            )
        )
    return found


def _list_waits(info: agreements.AgreementInfo, row: ObligationList) -> navigation.Waiting:
    return navigation.Waiting(
        title=gettext("Setujui daftar kewajiban dengan %(partner)s") % {"partner": info.name},
        url=reverse("obligations:list", args=[info.id]),
        sub=gettext("Diusulkan %(agency)s") % {"agency": agreements.short_name(row.agency)},
        urgency=2,
        agreement=info.id,
        key=row.key,
        icon="file-text",
    )


def _history_waits(info: agreements.AgreementInfo, row: History) -> navigation.Waiting:
    return navigation.Waiting(
        title=gettext("Benarkan riwayat perjanjian dengan %(partner)s") % {"partner": info.name},
        url=reverse("obligations:history", args=[info.id]) + f"#riwayat-{row.key}",
        sub=gettext("Dinyatakan %(agency)s") % {"agency": agreements.short_name(row.agency)},
        urgency=2,
        agreement=info.id,
        key=row.key,
        icon="file-text",
    )


def _minutes_wait(info: agreements.AgreementInfo, row: Minutes) -> navigation.Waiting:
    return navigation.Waiting(
        title=gettext("Tandatangani notula rapat %(day)s") % {"day": date_format(row.held_on, "j F Y")},
        url=reverse("obligations:meetings", args=[info.id]) + f"#notula-{row.key}",
        sub=f"{info.name} · {agreements.short_name(row.agency)}",
        urgency=1,
        agreement=info.id,
        key=row.key,
        icon="file-text",
    )


def _answer_waits(
    info: agreements.AgreementInfo, found: Fulfilment, titles: dict[str, str], about: str
) -> navigation.Waiting:
    asked = gettext("menunggu konfirmasi Anda") if found.state == "awaiting_proof" else gettext("minta dibebaskan")
    which = about if _record(found) else words.mark(found.occurrence)
    return navigation.Waiting(
        title=titles.get(found.item.code, found.item.code),
        url=url_of(info.id, found.occurrence),
        sub=f"{info.name} · {which}, {asked}",
        action=_("Jawab"),
        urgency=1,
        agreement=info.id,
        key=found.statement,
        icon="file-text",
        code=found.item.code,
    )


def _due_waits(info: agreements.AgreementInfo, due: Occurrence, titles: dict[str, str]) -> navigation.Waiting:
    return navigation.Waiting(
        title=titles.get(due.code, due.code),
        url=url_of(info.id, due),
        sub=f"{info.name} · {words.mark(due)}",
        due=due.due_at,
        urgency=1,
        agreement=info.id,
        key=f"{due.code}.{due.mark}.{info.id[:8]}",
        icon="file-text",
        code=due.code,
    )
