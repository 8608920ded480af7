"""Addresses of security assistance, and what it tells the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.access import recorded
from sinergi.features.letters import public as letters_public
from sinergi.features.obligations import public as obligations
from sinergi.features.security import public
from sinergi.features.security.api import ROUTES
from sinergi.features.security.views import detail, letters, requests, showing, start, steps
from sinergi.features.stages import public as stages
from sinergi.web import feeds, navigation, records
from sinergi.web.api import addresses

app_name = "security"

urlpatterns = [
    path("pengamanan/", requests.requests, name="requests"),
    path("pengamanan/unduh.xlsx", requests.requests_sheet, name="requests-sheet"),
    path("pengamanan/minta/", requests.new_request, name="new"),
    path("pengamanan/minta/tenggat/", requests.early, name="early"),
    path("pengamanan/surat/<str:key>.pdf", letters.pdf, name="letter-pdf"),
    path("pengamanan/surat/<str:key>.docx", letters.docx, name="letter-docx"),
    path("pengamanan/<str:key>/", detail.request_page, name="request"),
    path("pengamanan/<str:key>/koreksi/", requests.correction, name="correction"),
    path("pengamanan/<str:key>/usul/", steps.proposal, name="proposal"),
    path("pengamanan/<str:key>/disposisi/", steps.disposition, name="disposition"),
    path("pengamanan/<str:key>/jawaban/", steps.answer, name="answer"),
    path("pengamanan/<str:key>/perintah-lisan/", steps.spoken_order, name="spoken-order"),
    path("pengamanan/<str:key>/penegasan-lisan/", steps.spoken_confirmation, name="spoken-confirmation"),
    path("pengamanan/<str:key>/tawaran/", steps.reaction, name="reaction"),
    path("pengamanan/<str:key>/penarikan/", steps.withdrawal, name="withdrawal"),
    path("pengamanan/<str:key>/penugasan/", steps.force, name="force"),
    path("pengamanan/<str:key>/pelaksanaan/", steps.completion, name="completion"),
    path("pengamanan/<str:key>/penegasan/", steps.confirmation, name="confirmation"),
    path("pengamanan/<str:key>/surat/", letters.issue, name="letter"),
    path("pengamanan/<str:key>/bukti.sinergi", detail.evidence, name="evidence"),
    *addresses(ROUTES),
]

navigation.register_place(
    navigation.Place(
        code="plans",
        label=_("Rencana"),
        icon="map",
        url_name="security:requests",
        permission="security.read",
        count=showing.waiting_count,
    )
)
navigation.register_view(
    navigation.View(
        place="plans",
        label=_("Permohonan pengamanan"),
        url_name="security:requests",
        permission="security.read",
    )
)
recorded.register("security.request", _("permohonan pengamanan"), showing.codes)
navigation.register_inbox(showing.inbox)
navigation.register_figures(showing.figures)
navigation.register_sentences(showing.sentences)
navigation.register_actions(showing.main_action)
navigation.register_search(showing.search)
navigation.register_panels(start.panels)
records.register(start.WORDS, start.opens, start.REASONS)
obligations.register_happenings(public.happenings)
stages.register_dependents(public.staying)
stages.register_holiday_dependents(public.answers_moving)
feeds.register(showing.calendar_entries)
for series in public.LETTERS.values():
    letters_public.register_series(series)
letters_public.register_letters(public.issued_letter)
