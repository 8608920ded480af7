"""Addresses of agreements."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.access import recorded
from sinergi.features.agreement import public
from sinergi.features.agreement.api import ROUTES
from sinergi.features.agreement.views import (
    drafting,
    entry,
    lifecycle,
    listing,
    negotiation,
    one,
    shown,
    signing,
    wanted,
)
from sinergi.web import navigation, records
from sinergi.web.api import addresses

app_name = "agreement"

urlpatterns = [
    path("perjanjian/", listing.agreements, name="agreements"),
    path("perjanjian/perjanjian.xlsx", listing.agreements_sheet, name="sheet"),
    path("perjanjian/baru/", entry.new_agreement, name="new"),
    path("perjanjian/rancangan/", drafting.new_draft, name="draft"),
    path("perjanjian/naskah/<str:key>/tanggapan/", negotiation.comment, name="comment"),
    path("perjanjian/naskah/<str:key>/jawaban/", negotiation.answer, name="revision-answer"),
    path("perjanjian/naskah/<str:key>/langkah/", negotiation.gate, name="gate"),
    path("perjanjian/langkah/<str:key>/berkas/", negotiation.paper, name="paper"),
    path("perjanjian/langkah/<str:key>/ganti/", negotiation.gate_correction, name="gate-correction"),
    path("perjanjian/perubahan/<str:key>/jawaban/", lifecycle.change_answer, name="change-answer"),
    path("perjanjian/penyelesaian/<str:key>/jawaban/", lifecycle.settlement_answer, name="settlement-answer"),
    path("perjanjian/perselisihan/<str:key>/naik/", lifecycle.dispute_step, name="dispute-step"),
    path("perjanjian/perselisihan/<str:key>/penyelesaian/", lifecycle.settlement, name="settlement"),
    path("perjanjian/<str:agreement>/perundingan/", negotiation.negotiation, name="negotiation"),
    path("perjanjian/<str:agreement>/perundingan/usul/", drafting.proposal, name="proposal"),
    path("perjanjian/<str:agreement>/perundingan/perbandingan/", negotiation.texts, name="texts"),
    path("perjanjian/<str:agreement>/perubahan/", lifecycle.change, name="change"),
    path("perjanjian/<str:agreement>/perselisihan/", lifecycle.dispute, name="dispute"),
    path("perjanjian/<str:agreement>/bukti-diminta/", wanted.wanted, name="wanted"),
    path("perjanjian/bukti-diminta/<str:key>/jawaban/", wanted.wanted_answer, name="wanted-answer"),
    path("perjanjian/<str:agreement>/", one.agreement, name="agreement"),
    path("perjanjian/<str:agreement>/pindaian/", one.scan, name="scan"),
    path("perjanjian/<str:agreement>/perbandingan/", one.comparison, name="comparison"),
    path("perjanjian/<str:agreement>/penegasan/", one.confirmation, name="confirmation"),
    path("perjanjian/<str:agreement>/pengakhiran/", one.ending, name="ending"),
    path("perjanjian/<str:agreement>/bukti/", one.evidence, name="evidence"),
    path("perjanjian/<str:agreement>/tanda-tangan/", signing.page, name="signing"),
    path("perjanjian/<str:agreement>/tanda-tangan/kirim/", signing.sign, name="sign"),
    path("perjanjian/<str:agreement>/tanda-tangan/tantangan/", signing.challenge, name="sign-challenge"),
    path("perjanjian/<str:agreement>/tanda-tangan/kunci/", signing.name_key, name="signer-new"),
    path("perjanjian/<str:agreement>/tanda-tangan/kunci/<str:key>/cabut/", signing.revoke_key, name="signer-end"),
    path("perjanjian/<str:agreement>/tanda-tangan/naskah.pdf", signing.text, name="signed-text"),
    path("perjanjian/<str:agreement>/tanda-tangan/berkas/", signing.bind, name="paper-new"),
    *addresses(ROUTES),
]

navigation.register_place(
    navigation.Place(
        code="agreements",
        label=_("Perjanjian"),
        icon="file-text",
        url_name="agreement:agreements",
        permission="agreement.read",
        count=listing.count_waiting,
    )
)
navigation.register_view(
    navigation.View(
        place="agreements", label=_("Perjanjian"), url_name="agreement:agreements", permission="agreement.read"
    )
)
navigation.register_view(
    navigation.View(place="agreements", label=_("Tahapan"), url_name="stages:stages", permission="stages.read")
)
recorded.register("agreement.agreement", _("perjanjian dengan"), public.names_by_key)
navigation.register_names(public.names)
navigation.register_pauses(shown.pause)
navigation.register_search(listing.found)
navigation.register_inbox(listing.waiting_for)
navigation.register_actions(listing.first_step)
records.register(
    {
        "agreement.entered": _("perjanjian dimasukkan"),
        "agreement.confirmed": _("penegasan perjanjian"),
        "agreement.left": _("pengakhiran perjanjian"),
        "agreement.opened": _("rancangan perjanjian"),
        "negotiation.revision_proposed": _("usul naskah"),
        "negotiation.revision_commented": _("tanggapan atas pasal"),
        "negotiation.revision_answered": _("jawaban atas naskah"),
        "negotiation.gate_passed": _("langkah sebelum tanda tangan"),
        "negotiation.gate_corrected": _("berkas langkah diganti"),
        "negotiation.signer_named": _("kunci penanda tangan dinyatakan"),
        "negotiation.signer_revoked": _("kunci penanda tangan dicabut"),
        "agreement.signed": _("tanda tangan perjanjian"),
        "agreement.paper_bound": _("berkas naskah bertanda tangan"),
        "agreement.change_proposed": _("usul perubahan perjanjian"),
        "agreement.evidence_proposed": _("usul bukti yang diminta"),
        "agreement.dispute_raised": _("perselisihan"),
        "agreement.dispute_moved": _("perselisihan naik tingkat"),
        "agreement.settlement_proposed": _("usul penyelesaian perselisihan"),
        "agreement.matter_answered": _("jawaban atas usul"),
    },
    # The agreement is opened from its own list; a fact about it has no page of its own.
    reasons={
        "it confirms other terms than the ones entered": _(
            "Menegaskan isi yang berbeda dari yang dimasukkan. Bandingkan pindaian naskah."
        ),
        "it amends something that is no text of this agreement": _("Mengubah naskah yang bukan naskah perjanjian ini."),
        "it neither amends anything nor says what it was made from": _("Usul naskah tanpa naskah asal."),
        "it was made from something else than revisions of the same text": _("Dibuat dari naskah lain."),
        "it names what it was made from twice, or too much": _("Menyebut naskah asal dua kali atau terlalu banyak."),
        "there is no such revision of this agreement": _("Naskah itu tidak ada dalam perjanjian ini."),
        "it speaks of no article of that revision": _("Menanggapi pasal yang tidak ada."),
        "nobody answers what they said themselves": _("Usul sendiri dijawab pihak lain."),
        "its author had answered before": _("Sudah dijawab sebelumnya."),
        "its author had taken this step before": _("Langkah ini sudah diambil sebelumnya."),
        "it corrects no step of its author's": _("Mengganti berkas langkah yang tidak ada atau milik kantor lain."),
        "its author had replaced that paper before": _("Berkas itu sudah diganti sebelumnya."),
        "the agreement was suspended when this was stated": _("Dinyatakan saat perjanjian ditangguhkan."),
        "it was signed over another revision": _("Ditandatangani atas naskah yang lain."),
        "it was signed over something else": _("Perangkat menandatangani sesuatu yang lain."),
        "it was signed by somebody else than the official named": _("Bukan ditandatangani pejabat yang dinyatakan."),
        "it was signed at another address": _("Ditandatangani di alamat lain."),
        "the signature does not hold": _("Tanda tangannya tidak cocok dengan kunci pejabat."),
        "the key was revoked before": _("Kunci pejabat sudah dicabut sebelumnya."),
        "the term of the official was over, or had not begun": _(
            "Masa jabatan pejabat sudah berakhir atau belum mulai."
        ),
        "the device did not ask for the person": _("Perangkat tidak memastikan orangnya."),
        "its author named somebody else for that office at that time": _("Dua pejabat untuk satu jabatan."),
        "it names no official of this agreement": _("Menyebut pejabat yang tidak dinyatakan."),
        "its days are none of such a change": _("Tanggalnya tidak mungkin untuk perubahan seperti itu."),
        "it follows something that is no change of this agreement": _("Dibuat dari perubahan yang tidak ada."),
        "it follows something that is no such proposal of this agreement": _("Dibuat dari usul yang tidak ada."),
        "it wants two things at once, or within no time that can be": _("Bukti yang dimintanya tidak mungkin."),
        "there is no dispute that could go a step further": _("Tidak ada perselisihan yang dapat naik tingkat."),
        "the days of the step before were not over": _("Waktu tingkat sebelumnya belum habis."),
        "there is no such dispute, or it was raised later": _("Tidak ada perselisihan itu pada tanggal tersebut."),
        "it answers neither a change nor a settlement": _("Menjawab sesuatu yang bukan usul."),
        "its paper has no number or no fingerprint": _("Dokumen langkah ini tanpa nomor atau tanpa sidik jari."),
        "its paper has no size or no day": _("Dokumen langkah ini tanpa ukuran atau tanpa tanggal."),
        "the key is not the author's, or was revoked before": _("Kunci itu bukan milik penulisnya atau sudah dicabut."),
        "its paper has no fingerprint or no size": _("Berkas naskah tanpa sidik jari atau tanpa ukuran."),
        "its author has not signed that revision": _("Penulisnya belum menandatangani naskah itu."),
        "it is about no article or has no day": _("Perselisihan tanpa pasal atau tanpa tanggal."),
    },
)
