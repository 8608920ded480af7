"""Which step may follow: the request, its answer, the force, the report, or the reason why not. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sinergi.features.security.events import (
    AnswerText,
    AssistanceAnswered,
    AssistanceCompleted,
    AssistanceRequested,
    AssistanceWithdrawn,
    CompletionConfirmed,
    Decision,
    ForceAssigned,
    ForceText,
    OfferAccepted,
    OfferDeclined,
    RequestText,
    Risk,
    Service,
    SpokenOrderConfirmed,
    Spot,
    WithdrawalReason,
    WordsText,
)
from sinergi.features.security.rules.states import Answer, Request, state
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import day_of, zone_of
from sinergi.ledger.events import RecordKey

LONGEST = timedelta(days=120)
MOST_PEOPLE = 100_000
MOST_OFFICERS = 5_000
MOST_CONTESTANTS = 99
LONGEST_WORDS = 4_000
# Years beyond this are slips of the keyboard.
FARTHEST = timedelta(days=730)


def request(
    *,
    number: int,
    at: datetime,
    service: Service,
    starts_at: datetime,
    ends_at: datetime,
    spot: Spot,
    people: int,
    officers: int,
    vehicles: int,
    destination: Spot | None,
    risks: list[Risk],
    emergency: bool,
    contestant: int = 0,
    text: RequestText,
    area: str,
    corrects: Request | None = None,
    answer: Answer | None = None,
) -> AssistanceRequested:
    """The request (or its correction), or Refused with the field that is wrong. `area`: where the commission works."""
    if corrects is not None and state(corrects, answer) not in ("requested", "offered", "agreed", "declined"):
        raise Refused("Permohonan ini sudah berjalan atau berakhir; ajukan permohonan baru.", code="PAM-11")
    _near(at, starts_at=starts_at, ends_at=ends_at)
    if not starts_at < ends_at:
        raise Refused("Waktu selesai harus setelah waktu mulai.", code="PAM-01", field="ends_at")
    if ends_at - starts_at > LONGEST:
        raise Refused("Satu permohonan paling lama 120 hari. Pecah menjadi beberapa.", code="PAM-02", field="ends_at")
    if ends_at <= at and not emergency:
        raise Refused("Waktu kegiatan sudah lewat. Periksa tanggalnya.", code="PAM-03", field="starts_at")
    for field, place in (("region", spot), ("to_region", destination)):
        if place is not None and not place.region.startswith(area):
            raise Refused("Tempat berada di luar wilayah kantor ini.", code="PAM-04", field=field)
    if not 0 <= people <= MOST_PEOPLE:
        raise Refused("Perkiraan orang antara 0 dan 100.000.", code="PAM-05", field="people")
    if not 0 <= officers <= MOST_OFFICERS or not 0 <= vehicles <= MOST_OFFICERS:
        wrong = "vehicles" if 0 <= officers <= MOST_OFFICERS else "officers"
        raise Refused("Jumlah petugas dan kendaraan antara 0 dan 5.000.", code="PAM-06", field=wrong)
    if not 0 <= contestant <= MOST_CONTESTANTS:
        raise Refused("Nomor urut peserta antara 1 dan 99.", code="PAM-14", field="contestant")
    if not text.activity.strip() or not text.place.strip():
        missing = "place" if text.activity.strip() else "activity"
        raise Refused("Isi kegiatan dan tempatnya.", code="PAM-07", field=missing)
    for field in ("activity", "place", "note", "destination", "reason"):
        if len(getattr(text, field)) > LONGEST_WORDS:
            raise Refused("Tulisan terlalu panjang; paling banyak 4.000 huruf.", code="PAM-08", field=field)
    return AssistanceRequested(
        number=number if corrects is None else corrects.number,
        year=day_of(at, zone_of(area)).year if corrects is None else corrects.year,
        service=service,
        starts_at=starts_at.astimezone(UTC),
        ends_at=ends_at.astimezone(UTC),
        spot=spot,
        people=people,
        officers=officers,
        vehicles=vehicles,
        destination=destination,
        risks=sorted(set(risks)),
        emergency=emergency,
        contestant=contestant,
        corrects=None if corrects is None else RecordKey(corrects.key),
        text=text,
    )


def withdraw(asked: Request, answer: Answer | None, *, reason: WithdrawalReason, words: str) -> AssistanceWithdrawn:
    """The commission takes its request back, as long as it was not carried out."""
    now_at = state(asked, answer)
    if now_at in ("completed", "confirmed"):
        raise Refused("Pengamanan sudah dilaksanakan; permohonan tidak dapat ditarik.", code="PAM-21")
    if now_at == "withdrawn":
        raise Refused("Permohonan ini sudah ditarik.", code="PAM-22")
    return AssistanceWithdrawn(request=RecordKey(asked.key), reason=reason, text=_words(words))


def answer(
    asked: Request,
    current: Answer | None,
    *,
    by: Actor,
    decision: Decision,
    officers: int,
    vehicles: int,
    starts_at: datetime | None,
    ends_at: datetime | None,
    spoken: bool,
    text: AnswerText,
    correcting: bool = False,
) -> AssistanceAnswered:
    """The police's answer. Binds only after disposisi by the Kapolres or Plh, but for a spoken emergency order.

    `correcting` replaces an answer already given, as long as nobody was assigned on its strength.
    """
    if spoken:
        if not asked.emergency or decision == "refused":
            raise Refused("Perintah lisan hanya untuk menyanggupi keadaan darurat.", code="PAM-31", field="spoken")
        if by.office not in ("resort_chief", "deputy_chief", "operations_head"):
            raise Refused("Perintah lisan Kapolres dicatat oleh Kabag Ops atau Wakapolres.", code="PAM-32")
    elif by.office != "resort_chief":
        raise Refused("Jawaban mengikat setelah disposisi Kapolres atau Plh.", code="PAM-33")
    now_at = state(asked, current)
    if now_at == "withdrawn":
        raise Refused("Permohonan ini sudah ditarik KPU.", code="PAM-34")
    if now_at not in (("offered", "agreed", "refused") if correcting else ("requested", "declined")):
        raise Refused("Permohonan ini sudah dijawab.", code="PAM-35")
    if len(text.sentence) > LONGEST_WORDS:
        raise Refused("Tulisan terlalu panjang; paling banyak 4.000 huruf.", code="PAM-08", field="sentence")
    if decision == "refused" and not text.sentence.strip():
        raise Refused("Penolakan wajib beralasan.", code="PAM-36", field="sentence")
    if decision == "agreed":
        officers, vehicles, starts_at, ends_at = asked.officers, asked.vehicles, asked.starts_at, asked.ends_at
    if decision in ("adjusted", "partly"):
        starts_at, ends_at = starts_at or asked.starts_at, ends_at or asked.ends_at
        _near(asked.starts_at, starts_at=starts_at, ends_at=ends_at)
        if not starts_at < ends_at:
            raise Refused("Waktu selesai tawaran harus setelah mulai.", code="PAM-37", field="ends_at")
        if ends_at - starts_at > LONGEST:
            raise Refused("Satu tawaran paling lama 120 hari.", code="PAM-40", field="ends_at")
        if (officers, vehicles, starts_at, ends_at) == (
            asked.officers,
            asked.vehicles,
            asked.starts_at,
            asked.ends_at,
        ):
            raise Refused("Tawaran sama dengan permintaan. Pilih Sanggupi.", code="PAM-38", field="decision")
        if not 0 < officers <= MOST_OFFICERS or not 0 <= vehicles <= MOST_OFFICERS:
            raise Refused("Isi jumlah petugas yang disanggupi.", code="PAM-39", field="officers")
    if decision == "refused":
        officers, vehicles, starts_at, ends_at = 0, 0, None, None
    return AssistanceAnswered(
        request=RecordKey(asked.key),
        version=RecordKey(asked.version),
        decision=decision,
        officers=officers,
        vehicles=vehicles,
        starts_at=starts_at,
        ends_at=ends_at,
        spoken=spoken,
        corrects=None if current is None or current.version != asked.version else RecordKey(current.key),
        text=text,
    )


def confirm_spoken(asked: Request, current: Answer | None, *, by: Actor) -> SpokenOrderConfirmed:
    """The Kapolres or Plh confirms an order given by word of mouth."""
    if by.office != "resort_chief":
        raise Refused("Hanya Kapolres atau Plh yang menegaskan perintah lisan.", code="PAM-41")
    if current is None or not current.spoken or current.spoken_confirmed_at is not None:
        raise Refused("Tidak ada perintah lisan yang menunggu penegasan.", code="PAM-42")
    return SpokenOrderConfirmed(request=RecordKey(asked.key), answer=RecordKey(current.key))


def accept_offer(asked: Request, current: Answer | None) -> OfferAccepted:
    """The commission accepts the current offer."""
    return OfferAccepted(request=RecordKey(asked.key), answer=RecordKey(_offer(asked, current).key))


def decline_offer(asked: Request, current: Answer | None, *, words: str) -> OfferDeclined:
    """The commission declines the current offer."""
    return OfferDeclined(request=RecordKey(asked.key), answer=RecordKey(_offer(asked, current).key), text=_words(words))


def assign(
    asked: Request, current: Answer | None, *, sprin_number: str, officers: int, vehicles: int, text: ForceText
) -> ForceAssigned:
    """The police name unit and duty order; again to correct it, as long as it was not carried out."""
    if current is None or state(asked, current) not in ("agreed", "assigned"):
        raise Refused("Satuan ditunjuk setelah permohonan disanggupi.", code="PAM-51")
    if not sprin_number.strip() or len(sprin_number) > 60:
        raise Refused("Isi nomor Sprin.", code="PAM-52", field="sprin_number")
    if not text.unit.strip():
        raise Refused("Isi satuan yang bertugas.", code="PAM-53", field="unit")
    if not 0 < officers <= MOST_OFFICERS or not 0 <= vehicles <= MOST_OFFICERS:
        raise Refused("Isi jumlah petugas yang bertugas.", code="PAM-54", field="officers")
    return ForceAssigned(
        request=RecordKey(asked.key),
        answer=RecordKey(current.key),
        sprin_number=sprin_number.strip(),
        officers=officers,
        vehicles=vehicles,
        corrects=RecordKey(asked.assignment) if asked.assignment else None,
        text=text,
    )


def complete(
    asked: Request,
    current: Answer | None,
    *,
    at: datetime,
    started_at: datetime,
    ended_at: datetime,
    officers: int,
    incidents: int,
    words: str,
) -> AssistanceCompleted:
    """The police report that the assistance was carried out; again to correct the report until it is confirmed."""
    if state(asked, current) not in ("agreed", "assigned", "completed"):
        raise Refused("Pelaksanaan dilaporkan setelah permohonan disanggupi.", code="PAM-61")
    _near(at, started_at=started_at, ended_at=ended_at)
    if not started_at < ended_at:
        raise Refused("Waktu selesai harus setelah waktu mulai.", code="PAM-62", field="ended_at")
    # A day of grace: the clocks of two nodes may differ.
    if ended_at > at + timedelta(days=1):
        raise Refused("Pelaksanaan belum selesai pada waktu itu.", code="PAM-63", field="ended_at")
    if not 0 < officers <= MOST_OFFICERS or not 0 <= incidents <= 1_000:
        raise Refused("Isi jumlah petugas yang hadir.", code="PAM-64", field="officers")
    return AssistanceCompleted(
        request=RecordKey(asked.key),
        started_at=started_at.astimezone(UTC),
        ended_at=ended_at.astimezone(UTC),
        officers=officers,
        incidents=incidents,
        corrects=RecordKey(asked.completion) if asked.completion else None,
        text=_words(words),
    )


def confirm_completion(asked: Request, current: Answer | None, *, as_reported: bool, words: str) -> CompletionConfirmed:
    """The commission confirms the police's report, or says what it saw differently."""
    if state(asked, current) != "completed":
        raise Refused("Belum ada laporan pelaksanaan yang menunggu penegasan.", code="PAM-71")
    if not as_reported and not words.strip():
        raise Refused("Tulis apa yang berbeda dari laporan Polres.", code="PAM-72", field="words")
    return CompletionConfirmed(
        request=RecordKey(asked.key),
        completion=RecordKey(asked.completion),
        as_reported=as_reported,
        text=_words(words),
    )


def _near(at: datetime, **instants: datetime) -> None:
    for field, instant in instants.items():
        if abs(instant - at) > FARTHEST:
            raise Refused("Tanggal paling jauh dua tahun dari hari ini. Periksa tahunnya.", code="PAM-12", field=field)


def _offer(asked: Request, current: Answer | None) -> Answer:
    if current is None or state(asked, current) != "offered":
        raise Refused("Tidak ada tawaran yang menunggu keputusan KPU.", code="PAM-81")
    return current


def _words(words: str) -> WordsText | None:
    if len(words) > LONGEST_WORDS:
        raise Refused("Tulisan terlalu panjang; paling banyak 4.000 huruf.", code="PAM-08", field="words")
    return WordsText(words=words.strip()) if words.strip() else None
