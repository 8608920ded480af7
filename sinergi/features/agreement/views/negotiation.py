"""The negotiation page: the open text article by article, how each party stands, what is next; comparing two texts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sinergi.access.doors import PersonRequest, open_record, requires
from sinergi.features.agreement import actions, obliged, public, scans
from sinergi.features.agreement.forms import AnswerForm, CommentForm, GateForm, StepPaperForm, WithdrawalForm, insist
from sinergi.features.agreement.models import Agreement, GatePassage, Paper, Revision
from sinergi.features.agreement.progress import Negotiation
from sinergi.features.agreement.rules.revisions import GATES
from sinergi.features.agreement.views import shown, turns
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.words import spaced
from sinergi.ledger import rows
from sinergi.ledger.grades import NOTHING, grades
from sinergi.web.comparison import compared


@require_safe
@requires("agreement.read")
def negotiation(request: PersonRequest, agreement: str) -> HttpResponse:
    """How the negotiation stands: of the agreement, or with `?adendum=ya` of what would change it."""
    row = open_record(request, Agreement.objects.all(), agreement, "agreement.read", field="agreement")
    found = Negotiation(row, addendum=request.GET.get("adendum") == "ya")
    if not found.revisions:
        raise Http404
    own = shown.own_id()
    user = request.user
    opened = found.open_revisions
    chosen = opened[-1] if opened else found.revisions[-1]
    may = public.offers(user, "agreement.negotiate", agreement=row.agreement)
    lack = found.lacks(chosen)
    proof = grades([one.key for one in found.revisions])
    at = request.arrived_at
    context = {
        "row": row,
        "info": public.agreement(row.agreement),
        "addendum": bool(found.amends),
        "one": chosen,
        "number": found.number(chosen.key),
        "by": public.short_name(chosen.agency),
        "is_open": bool(opened),
        "turns": turns.turns(found) if opened else [],
        "parties": _parties(request, found, chosen, own),
        "articles": _articles(found, chosen),
        "terms": shown.terms_said(chosen, row.party_ids),
        "general": _comments(found, chosen, 0),
        "history": _history(found, proof),
        "concurrent": _beside(found) if len(opened) > 1 else None,
        "digest": spaced(chosen.digest),
        "grade": proof.get(chosen.key, NOTHING),
        "is_ready": bool(opened) and not lack,
        "may_propose": may and bool(opened) and row.standing_on(at) not in ("over", "ended"),
        "may_comment": bool(opened) and public.offers(user, "agreement.comment", agreement=row.agreement),
        "may_answer": may and bool(opened) and own in lack.agreement_of and not lack.concurrent,
        "may_withdraw": may and row.state == "draft" and own in row.party_ids,
        "gates": _own_gates(request, found, chosen, own) if may and opened and not lack.concurrent else [],
        "answer_form": AnswerForm(auto_id="answer_%s", initial={"id": new_event_id(at)}),
        "comment_form": CommentForm(auto_id=False, initial={"id": new_event_id(at)}),
        "withdrawal_form": WithdrawalForm(auto_id="withdraw_%s", initial={"id": new_event_id(at)}),
        "next_id": lambda: new_event_id(at),
    }
    return render(request, "agreement/negotiation.html", context)


@require_safe
@requires("agreement.read")
def texts(request: PersonRequest, agreement: str) -> HttpResponse:
    """Two texts of an agreement in two columns: `?dari=` and `?ke=` are their records; `dari` may be left out."""
    row = open_record(request, Agreement.objects.all(), agreement, "agreement.read", field="agreement")
    known = {one.key: one for one in Revision.objects.filter(agreement=row.agreement)}
    after = known.get(request.GET.get("ke", ""))
    if after is None:
        raise Http404
    before = known.get(request.GET.get("dari", "") or next(iter(after.predecessors), after.amends))
    found = Negotiation(row, addendum=bool(after.amends))
    held = obliged.room().held(row.agreement, request.arrived_at)
    # What an addendum would change is what holds now, whether it was signed with that text or agreed on since.
    changes_held = before is not None and before.amends != after.amends and row.revision == before.key
    if before is None:
        was = shown.agreement_said(row, held)
    else:
        was = shown.terms_said(before, row.party_ids, held if changes_held else None)
    context = {
        "row": row,
        "info": public.agreement(row.agreement),
        "lines": compared(was, shown.terms_said(after, row.party_ids)),
        "was": _called(found, before) if before else gettext("Yang berlaku"),
        "will": _called(found, after),
        "back": _address(row, after),
    }
    return render(request, "agreement/texts.html", context)


@requires("agreement.comment")
@require_POST
def comment(request: PersonRequest, key: str) -> HttpResponse:
    """Say something about one article of a text."""
    one = _revision(request, key, "agreement.comment")
    form = CommentForm(request.POST)
    insist(form)
    given = form.cleaned_data
    actions.comment_on(
        id=given["id"],
        by=request.actor,
        at=request.arrived_at,
        revision=one.key,
        article=given["article"],
        words=given["words"],
    )
    article = f"#pasal-{given['article']}" if given["article"] else "#umum"
    return redirect(_address(Agreement.objects.get(agreement=one.agreement), one) + article)


@requires("agreement.negotiate")
@require_POST
def answer(request: PersonRequest, key: str) -> HttpResponse:
    """Agree to a text, or send it back."""
    one = _revision(request, key, "agreement.negotiate")
    form = AnswerForm(request.POST)
    insist(form)
    given = form.cleaned_data
    actions.answer_revision(
        id=given["id"],
        by=request.actor,
        at=request.arrived_at,
        revision=one.key,
        agrees=given["agrees"],
        words=given["words"],
    )
    return redirect(_address(Agreement.objects.get(agreement=one.agreement), one))


@requires("agreement.negotiate")
@require_POST
def gate(request: PersonRequest, key: str) -> HttpResponse:
    """Note that this office took a text through a step before signing, with its paper."""
    one = _revision(request, key, "agreement.negotiate")
    form = GateForm(request.POST, request.FILES)
    insist(form)
    given = form.cleaned_data
    _with_paper(request, actions.pass_gate, given, revision=one.key, gate=given["gate"])
    return redirect(_address(Agreement.objects.get(agreement=one.agreement), one))


@requires("agreement.negotiate")
@require_POST
def gate_correction(request: PersonRequest, key: str) -> HttpResponse:
    """Put another paper in the place of a wrong one of this office."""
    found = open_record(request, GatePassage.objects.all(), key, "agreement.negotiate", region=None)
    form = StepPaperForm(request.POST, request.FILES)
    insist(form)
    _with_paper(request, actions.correct_gate, form.cleaned_data, passage=found.key)
    one = Revision.objects.get(key=found.revision)
    return redirect(_address(Agreement.objects.get(agreement=one.agreement), one) + "#pihak")


def _with_paper(request: PersonRequest, act: Any, given: dict[str, Any], **about: str) -> None:
    """Run an action on a step with its paper, which is not kept where that is refused and nothing else names it."""
    kept = scans.keep(scans.taken(given["scan"]))
    try:
        act(
            id=given["id"],
            by=request.actor,
            at=request.arrived_at,
            number=given["number"],
            dated=given["dated"],
            document=kept.scan,
            document_size=kept.size,
            **about,
        )
    except Refused:
        bound = any(table.objects.filter(document=kept.scan).exists() for table in (GatePassage, Paper))
        if not bound and not Agreement.objects.filter(scan=kept.scan).exists():
            scans.drop(kept.scan)
        raise


@require_safe
@requires("agreement.read")
def paper(request: PersonRequest, key: str) -> HttpResponse:
    """The paper of a step, where this node keeps it. It carries names, so reading it leaves a trace."""
    found = open_record(request, GatePassage.objects.all(), key, "agreement.read", region=None, restricted=True)
    return shown.scan_answer(found.document, f"{found.gate}-{found.document[:8]}")


def _revision(request: PersonRequest, key: str, permission: str) -> Revision:
    return open_record(request, Revision.objects.all(), key, permission, region=None)


def _address(row: Agreement, one: Revision) -> str:
    address = reverse("agreement:negotiation", args=[row.agreement])
    return f"{address}?adendum=ya" if one.amends else address


def _called(found: Negotiation, one: Revision) -> str:
    number = found.number(one.key) if one.amends == found.amends else 1
    return gettext("Naskah %(number)s, %(agency)s") % {"number": number, "agency": public.short_name(one.agency)}


def _parties(request: PersonRequest, found: Negotiation, one: Revision, own: str) -> list[dict[str, Any]]:
    """How each party stands to a text: its words, its steps with their papers, its signature."""
    may = not found.row.left_ids and request.user.can("agreement.negotiate", agreement=found.row.agreement)
    agreed, returned = found.agreed(one.key), found.returned(one.key)
    passed = {(each.agency, each.gate): each for each in found.passages(one.key)}
    signed = found.signed_by(one.key)
    told = []
    for party in found.row.party_ids:
        kind = rows.agency_kind(party)
        said = (
            shown.State("done", gettext("mengusulkan"))
            if party == one.agency
            else shown.State("done", gettext("setuju"))
            if party in agreed
            else shown.State("refused", gettext("dikembalikan"))
            if party in returned
            else shown.State("waiting", gettext("belum menjawab"))
        )
        steps = [
            {"label": shown.gate_label(step, kind)}
            | _step(request, found, passed.get((party, step)), may_correct=may and party == own)
            for step in GATES.get(kind, ())
        ]
        told.append(
            {
                "name": public.short_name(party),
                "is_own": party == own,
                "said": said,
                "steps": steps,
                "signed": party in signed,
                "words": next(
                    (each.words for each in found.answers if (each.revision, each.agency) == (one.key, party)), None
                ),
            }
        )
    return told


def _step(
    request: PersonRequest, found: Negotiation, passage: GatePassage | None, *, may_correct: bool
) -> dict[str, Any]:
    """A step that was taken: its paper, whether the file is here, the wrong papers before it, the form for another."""
    if passage is None:
        return {"passage": None}
    typed = {"id": new_event_id(request.arrived_at), "number": passage.number, "dated": passage.dated}
    return {
        "passage": passage,
        "is_here": scans.is_here(passage.document),
        "wrong": [{"paper": each, "is_here": scans.is_here(each.document)} for each in found.replaced(passage)],
        "form": StepPaperForm(auto_id=f"{passage.key}_%s", initial=typed) if may_correct else None,
    }


def _articles(found: Negotiation, one: Revision) -> list[dict[str, Any]]:
    """Every article with its words, what was said about it, and whether this text changed it."""
    before = next((each for each in found.revisions if each.key in one.predecessors), None)
    was = {} if before is None else shown.terms_said(before, found.row.party_ids)
    will = shown.terms_said(one, found.row.party_ids)
    owed = {} if before is None else shown.beneath(*shown.obligations_of(before))
    told = []
    for article in shown.with_obligations(one, shown.articles_of_terms(one.terms["articles"], one.article_texts)):
        label = shown.article_label(article["number"])
        said = {each.code: will[each.code] for each in article["obligations"]}
        had = {each.code: was[each.code] for each in owed.get(article["number"], ())}
        told.append(
            article
            | {
                "changed": before is not None and (was.get(label, "") != will.get(label, "") or said != had),
                "changed_codes": {code for code in said if before is not None and was.get(code) != said[code]},
                "comments": _comments(found, one, article["number"]),
            }
        )
    return told


def _comments(found: Negotiation, one: Revision, article: int) -> list[dict[str, Any]]:
    """What was said about an article, on this text or those before it; which text is named where it was another."""
    numbers = {each.key: found.number(each.key) for each in found.revisions}
    return [
        {
            "by": public.short_name(said.agency),
            "office": shown.acting_office(said.office, said.acting),
            "at": said.said_at,
            "words": said.words,
            "on": "" if said.revision == one.key else numbers[said.revision],
        }
        for said in found.comments
        if said.article == article and said.revision in numbers
    ]


def _history(found: Negotiation, proof: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "one": one,
            "number": found.number(one.key),
            "by": public.short_name(one.agency),
            "office": shown.acting_office(one.office, one.acting),
            "grade": proof.get(one.key, NOTHING),
            "is_open": one.key in found.heads,
            "compares": bool(one.predecessors or one.amends),
        }
        for one in reversed(found.revisions)
    ]


def _beside(found: Negotiation) -> dict[str, Any]:
    """The first two of several open texts, in two columns."""
    first, second = found.open_revisions[:2]
    parties = found.row.party_ids
    return {
        "lines": compared(shown.terms_said(first, parties), shown.terms_said(second, parties)),
        "was": _called(found, first),
        "will": _called(found, second),
        "others": len(found.heads) - 2,
    }


def _own_gates(request: PersonRequest, found: Negotiation, one: Revision, own: str) -> list[dict[str, Any]]:
    """The steps this office still has to take with a text, each with its form."""
    kind = rows.agency_kind(own)
    passed = {each.gate for each in found.passages(one.key) if each.agency == own}
    return [
        {
            "gate": step,
            "label": shown.gate_label(step, kind),
            "form": GateForm(auto_id=f"{step}_%s", initial={"id": new_event_id(request.arrived_at), "gate": step}),
        }
        for step in GATES.get(kind, ())
        if step not in passed
    ]
