"""Addresses of obligations, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.obligations import office_templates, reports
from sinergi.features.obligations.api import ROUTES
from sinergi.features.obligations.views import (
    board,
    drafting,
    evaluation,
    frame,
    history,
    lists,
    meetings,
    moving,
    paper,
    signing,
    templates,
)
from sinergi.features.stages import public as stages
from sinergi.web import feeds, navigation, records
from sinergi.web.api import addresses

app_name = "obligations"

urlpatterns = [
    path("kelola/templat/", templates.templates, name="templates"),
    path("kelola/templat/baru/", templates.new_template, name="template-new"),
    path("kelola/templat/<int:number>/", templates.template, name="template"),
    path("kelola/templat/<int:number>/berhenti/", templates.retirement, name="template-retirement"),
    path("kewajiban/", board.overview, name="overview"),
    path("kewajiban/usul/<str:key>/jawaban/", lists.answer, name="list-answer"),
    path("kewajiban/pernyataan/<str:key>/jawaban/", board.answer, name="answer"),
    path("kewajiban/riwayat/<str:key>/jawaban/", history.history_answer, name="history-answer"),
    path("kewajiban/unggahan/<uuid:upload>/", paper.preview, name="paper-preview"),
    path("kewajiban/unggahan/<uuid:upload>/perbaikan.xlsx", paper.corrected_sheet, name="paper-corrected"),
    path("kewajiban/unggahan/<uuid:upload>/batal/", paper.discarded, name="paper-discarded"),
    path("kewajiban/<str:agreement>/", board.board, name="board"),
    path("kewajiban/<str:agreement>/riwayat/", history.history, name="history"),
    path("kewajiban/<str:agreement>/riwayat.xlsx", history.history_sheet, name="history-sheet"),
    path("kewajiban/<str:agreement>/unggahan/<str:what>/", paper.upload, name="paper-upload"),
    path("kewajiban/<str:agreement>/unggahan/<str:what>/templat.xlsx", paper.template_sheet, name="paper-template"),
    path("kewajiban/<str:agreement>/kewajiban.xlsx", board.board_sheet, name="sheet"),
    path("kewajiban/<str:agreement>/daftar/", lists.obligation_list, name="list"),
    path("kewajiban/<str:agreement>/daftar/usul/", lists.proposal, name="proposal"),
    path("kewajiban/notula/<str:key>/jawaban/", meetings.minutes_answer, name="minutes-answer"),
    path("kewajiban/notula/<str:key>/tanda-tangan/", signing.page, name="minutes-signing"),
    path("kewajiban/notula/<str:key>/tanda-tangan/tantangan/", signing.challenge, name="minutes-challenge"),
    path("kewajiban/notula/<str:key>/tanda-tangan/kirim/", signing.sign, name="minutes-sign"),
    path("kewajiban/<str:agreement>/notula/", meetings.meetings, name="meetings"),
    path("kewajiban/<str:agreement>/notula/baru/", meetings.new_minutes, name="minutes-new"),
    path("kewajiban/<str:agreement>/anev/", evaluation.evaluation, name="evaluation"),
    path("kewajiban/<str:agreement>/anev/terbit/", evaluation.issue, name="report-issue"),
    path("kewajiban/laporan/<str:key>.pdf", evaluation.issued_pdf, name="issued-pdf"),
    path("kewajiban/laporan/<str:key>.docx", evaluation.issued_docx, name="issued-docx"),
    path("kewajiban/<str:agreement>/anev/<str:period>.pdf", evaluation.report_pdf, name="report-pdf"),
    path("kewajiban/<str:agreement>/anev/<str:period>.docx", evaluation.report_docx, name="report-docx"),
    path("kewajiban/<str:agreement>/<str:code>/<str:mark>/", board.one_due, name="due"),
    path("kewajiban/<str:agreement>/<str:code>/<str:mark>/pernyataan/", board.statement, name="statement"),
    *addresses(ROUTES),
]

navigation.register_view(
    navigation.View(
        place="agreements", label=_("Kewajiban"), url_name="obligations:overview", permission="obligations.read"
    )
)
navigation.register_view(
    navigation.View(
        place="office",
        label=_("Templat perjanjian"),
        url_name="obligations:templates",
        permission="obligations.templates",
    )
)
agreements.register_templates(office_templates.offered)
agreements.register_obligations(drafting)
navigation.register_inbox(frame.inbox, frame.inbox_count)
navigation.register_figures(frame.figures)
records.register(frame.WORDS, frame.opens, frame.REASONS)
stages.register_dependents(moving.moved)
stages.register_holiday_dependents(moving.moved_by_holidays)
feeds.register(frame.calendar_entries)
letters.register_series(reports.SERIES)
letters.register_letters(reports.issued_letter)
