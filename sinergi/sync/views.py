"""Kelola › Instansi: partners, invitations, pausing the exchange with one of them. Kelola › Kunci: our own keys."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import PersonRequest, requires
from sinergi.kernel.errors import Refused
from sinergi.ledger import rotation, store
from sinergi.ledger import rows as ledger_rows
from sinergi.ledger.models import Agency
from sinergi.ledger.writer import run
from sinergi.sheets import Column, Kind
from sinergi.sheets.writing import XLSX, export
from sinergi.sync import addresses, codes, invitations, service
from sinergi.sync.forms import Address, Confirmation, Invite, Letter
from sinergi.sync.models import Invitation, OwnAddress, Peer

HERE = "sync:partners"
STATES = {
    "connected": ("done", "daring"),
    "unanswered": ("waiting", "tidak menjawab, dicoba lagi"),
    "apart": ("late", "terputus"),
    "paused": ("scheduled", "dijeda"),
    "new": ("waiting", "menunggu sambungan pertama"),
}
COLUMNS = (
    Column(name="name", label="Instansi", kind=Kind.TEXT),
    Column(name="fingerprint", label="Sidik jari", kind=Kind.CODE),
    Column(name="url", label="Alamat", kind=Kind.TEXT),
    Column(name="state", label="Keadaan", kind=Kind.TEXT),
    Column(name="error", label="Keterangan", kind=Kind.TEXT),
)


@requires("node.manage")
@require_safe
def partners(request: PersonRequest) -> HttpResponse:
    """All partners, filtered; with `?format=xlsx` the same list as an Excel file."""
    words = request.GET.get("words", "").strip().casefold()[:100]
    rows = [row for row in _rows(request) if words in f"{row['name']} {row['url']}".casefold()]
    if request.GET.get("format") == "xlsx":
        answer = HttpResponse(export(COLUMNS, rows, sheet="Instansi"), content_type=XLSX)
        answer["Content-Disposition"] = 'attachment; filename="instansi.xlsx"'
        return answer
    own = store.own_agency()
    address = OwnAddress.objects.filter(pk=1).first()
    context = {
        "rows": rows,
        "words": request.GET.get("words", ""),
        "own": own,
        "own_fingerprint": invitations.fingerprint(own.id),
        "address": address,
        "address_form": Address(initial={"url": address.url if address else ""}),
        "invite_form": Invite(),
        "letter_form": Letter(),
        "invitations": [
            (row, row.state(request.arrived_at)) for row in Invitation.objects.order_by("-created_at", "id")[:20]
        ],
    }
    return render(request, "sync/partners.html", context)


@requires("node.manage")
@require_POST
def address(request: PersonRequest) -> HttpResponse:
    """Set where partners reach this node."""
    invitations.settle(_clean(Address(request.POST))["url"].strip())
    messages.success(request, gettext("Alamat simpul ini disimpan."))
    return redirect(HERE)


@requires("node.manage")
@require_POST
def invite(request: PersonRequest) -> HttpResponse:
    """Make an invitation and show it once: file, QR code and our fingerprint."""
    given = _clean(Invite(request.POST))
    made = invitations.invite(given["recipient"], days=given["days"], at=request.arrived_at, inside=given["inside"])
    own = store.own_agency()
    context = {
        "made": made,
        "letter": made.letter.decode(),
        "qr": codes.svg(made.short),
        "recipient": given["recipient"],
        "own": own,
        "fingerprint": invitations.fingerprint(own.id),
    }
    answer = render(request, "sync/invitation.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@requires("node.manage")
@require_POST
@sensitive_post_parameters("letter")
def invitation_file(request: PersonRequest) -> HttpResponse:
    """The invitation that was just shown, as a file. The page carries it: the secret is stored nowhere."""
    letter = request.POST.get("letter", "").encode()
    offer = invitations.read(letter)
    if offer.agency != store.own_agency().id:
        raise Refused(gettext("Berkas itu bukan undangan kantor ini."), code="S-105")
    answer = HttpResponse(letter, content_type="application/octet-stream")
    answer["Content-Disposition"] = 'attachment; filename="undangan.sinergi"'
    answer["Cache-Control"] = "no-store"
    return answer


@requires("node.manage")
@require_POST
@sensitive_post_parameters("text")
def compare(request: PersonRequest) -> HttpResponse:
    """Read an invitation and show both fingerprints for comparing by voice. Nothing is connected yet."""
    form = Letter(request.POST, request.FILES)
    given = _clean(form)
    upload = given["file"]
    content = upload.read(invitations.LARGEST_LETTER + 1) if upload else given["text"].strip().encode()
    if not content:
        raise Refused(gettext("Pilih berkas undangan atau tempel isi kode QR."), code="S-106", field="file")
    offer = invitations.read(content)
    return _comparison(request, offer, Confirmation(initial={"letter": content.decode("utf-8", "replace")}))


@requires("node.manage")
@require_POST
@sensitive_post_parameters("letter")
def connect(request: PersonRequest) -> HttpResponse:
    """The fingerprints agree: present the invitation and keep the partner."""
    given = _clean(Confirmation(request.POST))
    offer = invitations.read(given["letter"].encode())
    peer = invitations.accept(offer, at=request.arrived_at, inside=given["inside"])
    service.wake(peer.agency)
    name = Agency.objects.get(id=peer.agency).name
    messages.success(request, gettext("%(name)s sekarang mitra kantor ini.") % {"name": name})
    return redirect(HERE)


@requires("node.manage")
@require_POST
def pause(request: PersonRequest, agency: str) -> HttpResponse:
    """Pause the exchange with a partner, or go on with it."""
    peer = Peer.objects.filter(agency=agency).first()
    if peer is None:
        raise Http404
    paused = request.POST.get("paused") == "1"
    run(lambda: Peer.objects.filter(agency=agency).update(paused=paused))
    service.wake(agency)
    messages.success(request, gettext("Pertukaran dijeda.") if paused else gettext("Pertukaran dilanjutkan."))
    return redirect(HERE)


@requires("node.manage")
@require_POST
def witness(request: PersonRequest, agency: str) -> HttpResponse:
    """Show our logs' checkpoints to this agency as an outside witness, or show them no more."""
    peer = Peer.objects.filter(agency=agency).first()
    if peer is None:
        raise Http404
    asked = request.POST.get("witnesses") == "1"
    run(lambda: Peer.objects.filter(agency=agency).update(witnesses=asked))
    service.wake(agency)
    messages.success(
        request,
        gettext("Instansi itu diminta menyaksikan buku catatan kantor ini dari luar.")
        if asked
        else gettext("Instansi itu tidak lagi diminta menyaksikan; yang sudah ditandatanganinya tetap berlaku."),
    )
    return redirect(HERE)


def _comparison(request: PersonRequest, offer: invitations.Offer, form: Confirmation) -> HttpResponse:
    own = store.own_agency()
    context = {
        "offer": offer,
        "form": form,
        "own": own,
        "their_fingerprint": invitations.fingerprint(offer.agency),
        "own_fingerprint": invitations.fingerprint(own.id),
        "is_inside": addresses.read(offer.url).is_inside,
    }
    answer = render(request, "sync/compare.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _rows(request: PersonRequest) -> list[dict[str, Any]]:
    names, parties = dict(Agency.objects.values_list("id", "name")), ledger_rows.party_ids()
    rows = []
    for peer in Peer.objects.order_by("agency"):
        state = peer.state(request.arrived_at)
        shape, word = STATES["unanswered" if state == "connected" and peer.failures else state]
        rows.append(
            {
                "agency": peer.agency,
                "name": names.get(peer.agency, peer.agency[:8]),
                "fingerprint": invitations.fingerprint(peer.agency),
                "url": peer.url,
                "shape": shape,
                "state": gettext(word),
                "last_contact": peer.last_contact,
                "error": gettext(peer.error) if peer.error else "",
                "paused": peer.paused,
                "witnesses": peer.witnesses,
                # Whoever is party to everything could not witness anything from outside.
                "is_outside": not parties or any(peer.agency not in agreed for agreed in parties.values()),
            }
        )
    return sorted(rows, key=lambda row: row["name"])


def _clean(form: Any) -> dict[str, Any]:
    """The cleaned input, or the first thing that is wrong with it as a refusal beside its field."""
    if form.is_valid():
        cleaned: dict[str, Any] = form.cleaned_data
        return cleaned
    field, errors = next(iter(form.errors.items()))
    raise Refused(str(errors[0]), code="S-100", field=field)


KEY_COLUMNS = (
    Column(name="use", label="Peran", kind=Kind.TEXT),
    Column(name="kid", label="Nomor kunci", kind=Kind.CODE),
    Column(name="state", label="Keadaan", kind=Kind.TEXT),
    Column(name="days", label="Umur (hari)", kind=Kind.INTEGER),
)
KEY_STATES = {
    "used": ("done", gettext_noop("dipakai")),
    "spare": ("waiting", gettext_noop("masih berlaku, cabut setelah mitra terhubung")),
    "revoked": ("scheduled", gettext_noop("dicabut")),
    "missing": ("late", gettext_noop("hilang, ganti sekarang")),
}
KEY_USES = {
    "event": (gettext_noop("Catatan"), gettext_noop("menandatangani setiap catatan kantor ini")),
    "checkpoint": (gettext_noop("Titik periksa"), gettext_noop("menandatangani panjang buku kantor ini")),
    "witness": (gettext_noop("Saksi"), gettext_noop("menyatakan buku mitra yang dilihat")),
    "mirror": (gettext_noop("Salinan"), gettext_noop("menyatakan buku mitra yang disimpan")),
    "transport": (gettext_noop("Sambungan"), gettext_noop("mengenalkan simpul ini kepada mitra")),
    "encryption": (gettext_noop("Sandi"), gettext_noop("membuka data yang disegel untuk kantor ini")),
}


@requires("node.manage")
@require_safe
def own_keys(request: PersonRequest) -> HttpResponse:
    """The keys of this office, how old they are and what to do; with `?format=xlsx` as an Excel file."""
    found = rotation.listed(request.arrived_at)
    if request.GET.get("format") == "xlsx":
        sheet: list[dict[str, str | int]] = [
            {
                "use": gettext(KEY_USES[key.use][0]),
                "kid": key.kid,
                "state": gettext(KEY_STATES[key.state][1]),
                "days": key.days,
            }
            for key in found
        ]
        answer = HttpResponse(export(KEY_COLUMNS, sheet, sheet=gettext("Kunci")), content_type=XLSX)
        answer["Content-Disposition"] = 'attachment; filename="kunci.xlsx"'
        return answer
    rows = [
        {
            "key": key,
            "name": gettext(KEY_USES[key.use][0]),
            "does": gettext(KEY_USES[key.use][1]),
            "shape": KEY_STATES[key.state][0],
            "state": gettext(KEY_STATES[key.state][1]),
        }
        for key in found
    ]
    context = {
        "rows": rows,
        "missing": any(key.state == "missing" for key in found),
        "old": any(key.is_old for key in found),
        "root_is_here": rotation.root_is_here(),
        "advised_days": rotation.ADVISED_DAYS,
    }
    return render(request, "sync/keys.html", context)
