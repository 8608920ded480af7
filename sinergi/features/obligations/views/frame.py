"""What obligations tell the frame: what waits, numbers and lists of the start page, and where a fact opens."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.dateformat import format as date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sinergi.access.doors import visible
from sinergi.access.models import User
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import standing
from sinergi.features.obligations.due import last_day
from sinergi.features.obligations.models import EvaluationReport, History, Minutes, ObligationList, Statement
from sinergi.features.obligations.public import Board, Line, counts, shape, stands_above
from sinergi.features.obligations.views import words
from sinergi.features.obligations.views.board import url_of
from sinergi.ledger.store import own_agency
from sinergi.web import feeds, navigation, records

REMEMBERED = timedelta(days=60)

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


def inbox(user: User, at: datetime) -> list[navigation.Waiting]:
    """Lists to agree on, statements to answer, and our own dues from a week before."""
    # Who only reads has nothing waiting: no need to look through every agreement on every page.
    if not any(user.can(f"obligations.{verb}") for verb in ("agree", "answer", "state")):
        return []
    boards = _boards(user, at, "", ahead=standing.REMIND)
    if not boards:
        return []
    own, found = own_agency().id, []
    for info, board in boards:
        signs = user.can("obligations.agree", agreement=info.id)
        if signs:
            found += [_list_waits(info, row) for row in board.open_lists if own not in {row.agency, *row.agreed_ids}]
            found += [
                _history_waits(info, row)
                for row in board.histories
                if own not in {row.agency, *row.agreed_ids, *row.returned_ids}
            ]
        answers = user.can("obligations.answer", agreement=info.id)
        states = user.can("obligations.state", agreement=info.id)
        above = stands_above(user, info.id, at=at)
        if answers:
            found += [
                _minutes_wait(info, row) for row in board.minutes if own not in {*row.signed_ids, *row.returned_ids}
            ]
        for line in board.lines:
            if answers and own in line.found.waits_for and line.found.state != "disputed":
                found.append(_answer_waits(info, line))
            elif states and own in line.item.debtors and standing.step(line.found, at=at, above=above):
                found.append(_due_waits(info, line))
    return found


def figures(user: User, at: datetime, scope: str) -> list[navigation.Figure]:
    """How many of our dues are late, of all agreements this person works under."""
    if not user.can("obligations.read"):
        return []
    infos = agreements.in_force_for(user, "obligations.read", scope=scope, on=localdate(at))
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
    for told in visible(user, History.objects.filter(key__in=keys), "obligations.read", region=None):
        url = reverse("obligations:history", args=[told.agreement]) + f"#riwayat-{told.key}"
        found[told.key] = records.Page(url=url)
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
    exercise = board.held is not None and board.held.exercise
    found = []
    for line in board.lines:
        if line.occurrence.due_at < at - REMEMBERED:
            continue
        day = last_day(line.occurrence.due_at)
        which = line.occurrence.mark[-6:] if line.occurrence.record else words.mark(line.occurrence)
        found.append(
            feeds.Entry(
                name=f"{agreement[:16]}.{line.item.code}.{line.occurrence.mark}",
                title=f"{line.item.code} {line.title} ({which}): {shape(line.found)[1]}",
                starts=day,
                ends=day,
                path=url_of(agreement, line),
                exercise=exercise,
            )
        )
    return found


def _boards(
    user: User, at: datetime, scope: str, ahead: timedelta = timedelta(0)
) -> list[tuple[agreements.AgreementInfo, Board]]:
    infos = agreements.in_force_for(user, "obligations.read", scope=scope, on=localdate(at))
    return [(info, Board(info.id, at=at, ahead=ahead)) for info in infos]


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


def _answer_waits(info: agreements.AgreementInfo, line: Line) -> navigation.Waiting:
    asked = gettext("menunggu konfirmasi Anda") if line.found.state == "awaiting_proof" else gettext("minta dibebaskan")
    return navigation.Waiting(
        title=line.title,
        url=url_of(info.id, line),
        sub=f"{info.name} · {words.mark(line.occurrence)}, {asked}",
        action=_("Jawab"),
        urgency=1,
        agreement=info.id,
        key=line.found.statement,
        icon="file-text",
        code=line.item.code,
    )


def _due_waits(info: agreements.AgreementInfo, line: Line) -> navigation.Waiting:
    return navigation.Waiting(
        title=line.title,
        url=url_of(info.id, line),
        sub=f"{info.name} · {words.mark(line.occurrence)}",
        due=line.occurrence.due_at,
        urgency=1,
        agreement=info.id,
        key=f"{line.item.code}.{line.occurrence.mark}.{info.id[:8]}",
        icon="file-text",
        code=line.item.code,
    )
