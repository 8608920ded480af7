"""Addresses of exchanged data, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.data import public
from sinergi.features.data.schedule import stages_known
from sinergi.features.data.views import catalogue, delivering, exchanges, processing
from sinergi.features.obligations.public import register_happenings
from sinergi.features.stages import public as stages
from sinergi.web import navigation, records

app_name = "data"

urlpatterns = [
    path("data/", catalogue.catalogue, name="catalogue"),
    path("data/katalog.xlsx", catalogue.catalogue_sheet, name="catalogue-sheet"),
    path("data/katalog.jsonld", catalogue.catalogue_dcat, name="catalogue-dcat"),
    path("data/pemrosesan/", processing.processing_page, name="processing"),
    path("data/pemrosesan/register.xlsx", processing.processing_sheet, name="processing-sheet"),
    path("data/pemrosesan/register.pdf", processing.processing_paper, name="processing-paper"),
    path("data/kumpulan/", catalogue.list_dataset, name="list"),
    path("data/kumpulan/baku/<str:agreement>/", catalogue.adoption, name="adoption"),
    path("data/kumpulan/<str:key>/", catalogue.dataset, name="dataset"),
    path("data/kumpulan/<str:key>/minta/", exchanges.ask, name="ask"),
    path("data/kumpulan/<str:key>/kejadian/", delivering.occasion, name="occasion"),
    path("data/kumpulan/<str:key>/serahkan/", delivering.deliver, name="deliver"),
    path("data/kumpulan/<str:key>/serahkan/sinergi/", delivering.known, name="known"),
    path("data/kumpulan/<str:key>/serahkan/isian.xlsx", delivering.table_sheet, name="table"),
    path("data/kumpulan/<str:key>/serahkan/<uuid:draft>/", delivering.preview, name="preview"),
    path("data/kumpulan/<str:key>/serahkan/<uuid:draft>/perbaikan.xlsx", delivering.corrected_sheet, name="corrected"),
    path("data/kumpulan/<str:key>/serahkan/<uuid:draft>/batal/", delivering.discarded, name="discarded"),
    path("data/kumpulan/<str:key>/serahkan/<uuid:draft>/segel/", delivering.sealing, name="sealing"),
    path("data/pertukaran/", exchanges.exchanges, name="exchanges"),
    path("data/pertukaran/daftar.xlsx", exchanges.exchanges_sheet, name="exchanges-sheet"),
    path("data/permintaan/<str:key>/", exchanges.data_request, name="request"),
    path("data/permintaan/<str:key>/jawaban/", exchanges.answer, name="answer"),
    path("data/permintaan/<str:key>/penarikan/", exchanges.withdrawal, name="withdrawal"),
    path("data/permintaan/<str:key>/pencabutan/", exchanges.revocation, name="revocation"),
    path("data/penyerahan/<str:key>/", exchanges.delivery, name="delivery"),
    path("data/penyerahan/<str:key>/pemakaian/", exchanges.use, name="use"),
    path("data/penyerahan/<str:key>/pemusnahan/", exchanges.destruction, name="destruction"),
]

navigation.register_view(
    navigation.View(
        place="data",
        label=_("Katalog data"),
        url_name="data:catalogue",
        permission="data.read",
        pages=(
            "data:list",
            "data:adoption",
            "data:dataset",
            "data:ask",
            "data:deliver",
            "data:preview",
            "data:processing",
        ),
    )
)
navigation.register_view(
    navigation.View(
        place="data",
        label=_("Pertukaran data"),
        url_name="data:exchanges",
        permission="data.read",
        pages=(
            "data:request",
            "data:answer",
            "data:withdrawal",
            "data:revocation",
            "data:delivery",
            "data:use",
            "data:destruction",
        ),
    )
)
public.register_known("D-01", stages_known)
register_happenings(public.happenings)
navigation.register_inbox(exchanges.inbox)
records.register(
    {
        "data.requested": _("permintaan data"),
        "data.answered": _("keputusan atas permintaan data"),
        "data.request_withdrawn": _("penarikan permintaan data"),
        "data.grant_withdrawn": _("pencabutan persetujuan data"),
        "data.occasion_stated": _("kejadian yang menuntut penyerahan data"),
        "data.delivered": _("penyerahan data"),
        "data.received": _("penerimaan data"),
        "data.used": _("pemakaian data"),
        "data.destroyed": _("pemusnahan data"),
    },
    opens=exchanges.opens,
    reasons={
        "nobody asks for data of their own": _("Data sendiri tidak diminta."),
        "it is no possible request for that data": _("Permintaan ini memuat kolom atau masa yang tidak mungkin."),
        "it answers no request for data": _("Jawaban ini tidak menunjuk permintaan data perjanjian ini."),
        "only who keeps the data decides on it": _("Permintaan data hanya diputus pemiliknya."),
        "its author may not decide on data": _("Permintaan data diputus Kapolres, atau Ketua dan Sekretaris KPU."),
        "it gives more than was asked for": _("Yang diberikan lebih daripada yang diminta atau disetujui."),
        "the request was decided before": _("Permintaan ini sudah diputus sebelumnya."),
        "only who keeps the data delivers it, to another party": _(
            "Data hanya diserahkan pemiliknya kepada pihak lain."
        ),
        "nobody had asked for that data": _("Data ini tidak diminta dan bukan penyerahan berkala."),
        "that entry of the catalogue was replaced": _("Isi katalog ini sudah diganti sebelumnya."),
        "only whose it is withdraws it": _("Permintaan atau persetujuan hanya ditarik oleh yang menyatakannya."),
        "it was withdrawn before": _("Permintaan atau persetujuan ini sudah ditarik sebelumnya."),
        "it makes no delivery of its author's due": _("Kejadian ini tidak menuntut penyerahan data penulisnya."),
        "it is no possible delivery": _("Penyerahan ini memuat isi yang tidak mungkin."),
        "it was received before": _("Penerimaan ini sudah dicatat sebelumnya."),
        "nobody uses what has not arrived": _("Data yang belum sampai tidak dapat dipakai."),
        "it is no possible use": _("Pemakaian ini memuat isi yang tidak mungkin."),
        "it was destroyed before": _("Pemusnahan ini sudah dicatat sebelumnya."),
        "it names no data set of this agreement": _("Ini tidak menunjuk kumpulan data perjanjian ini."),
        "only its recipient says that about a delivery": _("Hanya penerima menyatakan hal ini tentang penyerahan."),
    },
)
stages.register_dependents(public.staying)
records.register(
    {"data.dataset_listed": _("isi katalog data")},
    opens=catalogue.opens,
    reasons={"it is no possible entry of a catalogue": _("Isi katalog ini memuat hal yang tidak mungkin.")},
)
