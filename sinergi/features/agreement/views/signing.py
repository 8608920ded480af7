"""Signing an agreement: who signs with which key, the signature itself, the signed text and the scan of the paper."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from sinergi.access import passkeys
from sinergi.access.doors import PersonRequest, note_read, open_record, requires
from sinergi.access.models import Passkey
from sinergi.access.roles import ROLES
from sinergi.documents import manuscript_pdf
from sinergi.features.agreement import actions, printing, public, scans
from sinergi.features.agreement.forms import BindingForm, SigningForm, insist
from sinergi.features.agreement.models import Agreement, NamedSigner, Paper, Revision, Signature
from sinergi.features.agreement.progress import Negotiation, refuse_unready
from sinergi.features.agreement.rules import signing
from sinergi.features.agreement.views import shown
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.words import spaced
from sinergi.ledger.grades import NOTHING, grades


@require_safe
@requires("agreement.read")
def page(request: PersonRequest, agreement: str) -> HttpResponse:
    """The text to sign, who signs it with which key, and what has been signed."""
    row = _opened(request, agreement, "agreement.read")
    return render(request, "agreement/signing_page.html", _context(request, row, _revision(request, row)))


@requires("agreement.sign")
@require_POST
def name_key(request: PersonRequest, agreement: str) -> HttpResponse:
    """State that one's passkey signs for this agency, as long as one's duty lasts."""
    row = _opened(request, agreement, "agreement.sign")
    found = Passkey.objects.filter(pk=_number(request), user=request.user).first()
    if found is None:
        raise Refused("Pilih kunci sandi Anda.", code="TTD-08")
    duty = request.user.duty_for("agreement.sign", agreement=row.agreement)
    assert duty is not None  # it opened the door
    actions.name_signer(
        id=_id(request),
        by=request.actor,
        at=request.arrived_at,
        agreement=row.agreement,
        host=found.host,
        public=signing.spki(passkeys.key_of(found)),
        name=request.user.get_full_name(),
        number=request.user.service_number,
        from_at=duty.starts_at,
        until_at=duty.ends_at,
    )
    back = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure())
    return redirect(back if back.startswith("/") and here else _address(request, row))


@requires("agreement.sign")
@require_POST
def revoke_key(request: PersonRequest, agreement: str, key: str) -> HttpResponse:
    """Take a key of this agency back: lost, or its holder has left."""
    row = _opened(request, agreement, "agreement.sign")
    _ours(row, key)
    actions.revoke_signer(id=_id(request), by=request.actor, at=request.arrived_at, signer=key)
    return redirect(_address(request, row))


@requires("agreement.sign")
@require_POST
def challenge(request: PersonRequest, agreement: str) -> HttpResponse:
    """What the device is asked to sign: these words, this office, this place and day."""
    row = _opened(request, agreement, "agreement.sign")
    told = _told(request)
    revision, signer = _named(row, told)
    refuse_unready(revision, agency=shown.own_id(), on=request.arrived_at)
    over = signing.challenge(revision, signer, place=told["place"], signed_on=told["signed_on"])
    options = passkeys.to_sign(request, request.user, over)
    return HttpResponse(options, content_type="application/json")


@requires("agreement.sign")
@require_POST
def sign(request: PersonRequest, agreement: str) -> HttpResponse:
    """Sign with the device's answer."""
    row = _opened(request, agreement, "agreement.sign")
    told = _told(request)
    revision, signer = _named(row, told)
    over = signing.challenge(revision, signer, place=told["place"], signed_on=told["signed_on"])
    answer = request.POST.get("credential", "")
    said = passkeys.signed(request, answer, user=request.user, challenge=over, at=request.arrived_at)
    actions.sign_revision(
        id=told["id"],
        by=request.actor,
        at=request.arrived_at,
        revision=revision.key,
        signer=signer.key,
        place=told["place"],
        signed_on=told["signed_on"],
        **said,
    )
    return redirect(_address(request, row))


@require_safe
@requires("agreement.read")
def text(request: PersonRequest, agreement: str) -> HttpResponse:
    """The text with its signatures as PDF; it names people, so reading it leaves a trace."""
    row = _opened(request, agreement, "agreement.read")
    revision = _revision(request, row)
    if revision is None or not revision.is_whole:
        raise Http404
    note_read(request, [row], "agreement.read")
    return HttpResponse(
        manuscript_pdf(printing.manuscript(row, revision)),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="perjanjian-{revision.digest[:8]}.pdf"'},
    )


@requires("agreement.confirm")
@require_POST
def bind(request: PersonRequest, agreement: str) -> HttpResponse:
    """Bind the signed PDF as this node prints it, or the scan of the paper, by its hash; the file stays here."""
    row = _opened(request, agreement, "agreement.confirm")
    form = BindingForm(request.POST, request.FILES)
    insist(form)
    revision = _revision(request, row)
    if revision is None:
        raise Refused("Naskah ini belum sampai di kantor ini.", code="PKS-36")
    paper = form.cleaned_data["paper"]
    if paper == "wet_scan":
        data = scans.taken(form.cleaned_data["scan"])
    else:
        data = manuscript_pdf(printing.manuscript(row, revision))
    kept = scans.keep(data)
    actions.bind_paper(
        id=form.cleaned_data["id"],
        by=request.actor,
        at=request.arrived_at,
        revision=revision.key,
        paper=paper,
        document=kept.scan,
        size=kept.size,
    )
    return redirect(_address(request, row))


def _opened(request: PersonRequest, agreement: str, permission: str) -> Agreement:
    rows = Agreement.objects.prefetch_related("standings")
    return open_record(request, rows, agreement, permission, field="agreement")


def _query(request: PersonRequest) -> str:
    """`?adendum=ya` where this is about the text that would change what is in force."""
    return "?adendum=ya" if request.GET.get("adendum") == "ya" else ""


def _address(request: PersonRequest, row: Agreement) -> str:
    return reverse("agreement:signing", args=[row.agreement]) + _query(request)


def _revision(request: PersonRequest, row: Agreement) -> Revision | None:
    """The one open revision, or the one in force; None where several stand beside each other or there is none."""
    addendum = bool(_query(request))
    if not addendum and row.revision and row.state != "draft":
        return Revision.objects.filter(key=row.revision).first()
    opened = Negotiation(row, addendum=addendum).open_revisions
    return opened[0] if len(opened) == 1 else None


def _told(request: PersonRequest) -> dict[str, Any]:
    form = SigningForm(request.POST)
    insist(form)
    return dict(form.cleaned_data)


def _named(row: Agreement, told: dict[str, Any]) -> tuple[Revision, NamedSigner]:
    revision = actions.revision_with(told["revision"])
    if revision.agreement != row.agreement:
        raise Http404
    return revision, _ours(row, told["signer"])


def _ours(row: Agreement, key: str) -> NamedSigner:
    signer = actions.signer_with(key)
    if signer.agreement != row.agreement:
        raise Http404
    return signer


def _number(request: PersonRequest) -> int:
    text = request.POST.get("passkey", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def _id(request: PersonRequest) -> str:
    return request.POST.get("id", "") or new_event_id(request.arrived_at)


def _context(request: PersonRequest, row: Agreement, revision: Revision | None) -> dict[str, Any]:
    own, user, at = shown.own_id(), request.user, request.arrived_at
    info = public.agreement(row.agreement)
    assert info is not None  # the row was just opened
    may_sign = public.offers(user, "agreement.sign", agreement=row.agreement)
    signatures = Signature.every(revision=revision.key) if revision else []
    named = NamedSigner.every(agreement=row.agreement)
    own_key = public.own_key(request, row.agreement)
    proof = grades([one.key for one in signatures])
    names = {one.key: one.name for one in named}
    hindrance = ""
    if revision is not None and may_sign:
        try:
            refuse_unready(revision, agency=own, on=at)
        except Refused as refused:
            hindrance = refused.pattern
    initial: dict[str, Any] = {"id": new_event_id(at)}
    if revision is not None:
        terms = revision.terms
        initial |= {"revision": revision.key, "place": terms["place"], "signed_on": localdate(at)}
        initial |= {"signer": own_key.held.key if own_key.held else ""}
    return {
        "row": row,
        "query": _query(request),
        "info": info,
        "revision": revision,
        "terms": revision.terms if revision else None,
        "articles": shown.with_obligations(revision, printing.articles(revision)) if revision else [],
        "fingerprint": spaced(revision.digest) if revision else "",
        "signatures": [
            {
                "agency": public.short_name(one.agency),
                "office": _office(one.office, one.acting),
                "name": names.get(one.signer),
                "place": one.place,
                "day": one.signed_on,
                "at": one.signed_at,
                "grade": proof.get(one.key, NOTHING),
            }
            for one in sorted(signatures, key=lambda one: (one.signed_at, one.key))
        ],
        "awaited": [public.short_name(party) for party in row.party_ids if party not in {s.agency for s in signatures}],
        "named": [
            {
                "key": one.key,
                "agency": public.short_name(one.agency),
                "office": _office(one.office, one.acting),
                "name": one.name,
                "fingerprint": signing.fingerprint(one.public),
                "until": one.until_at,
                "revoked": one.revoked_at,
                "may_revoke": may_sign and one.agency == own and not one.revoked,
            }
            for one in sorted(named, key=lambda one: (one.named_at, one.key))
        ],
        "may_sign": may_sign,
        "may_bind": public.offers(user, "agreement.confirm", agreement=row.agreement)
        and set(row.parties) <= {one.agency for one in signatures},
        "has_signed": own in {one.agency for one in signatures},
        "hindrance": hindrance,
        "own_key": own_key,
        "form": SigningForm(initial=initial),
        "papers": [
            {"agency": public.short_name(one.agency), "paper": one.paper, "fingerprint": spaced(one.document)}
            for one in (Paper.every(revision=revision.key) if revision else [])
        ],
        "binding_form": BindingForm(initial={"id": new_event_id(at)}),
        "pdf_id": new_event_id(at),
        "name_id": new_event_id(at),
    }


def _office(code: str, acting: bool) -> str:
    name = shown.office_of(code) if code in ROLES else code
    return f"Plh {name}" if acting else name
