"""Addresses of oversight, and what it tells the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.oversight import views
from sinergi.web import navigation

app_name = "oversight"

urlpatterns = [
    path("pengawasan/", views.oversight, name="oversight"),
    path("pengawasan/akses/", views.reads, name="reads"),
    path("pengawasan/saksi/", views.witnessed, name="witnessed"),
    path("pengawasan/saksi/unduh.xlsx", views.witnessed_sheet, name="witnessed-sheet"),
    path("pengawasan/<str:agreement>/kewajiban/", views.dues, name="dues"),
    path("tidak-disimpan/", views.never, name="never"),
]

navigation.register_place(
    navigation.Place(
        code="oversight",
        label=_("Pengawasan"),
        icon="eye",
        url_name="oversight:oversight",
        permission="oversight.read",
        group="manage",
    )
)
navigation.register_view(
    navigation.View(
        place="oversight",
        label=_("Perlakuan dan kewajiban"),
        url_name="oversight:oversight",
        permission="oversight.read",
        pages=("oversight:dues",),
    )
)
navigation.register_view(
    navigation.View(
        place="oversight", label=_("Siapa membaca apa"), url_name="oversight:reads", permission="oversight.read"
    )
)
navigation.register_view(
    navigation.View(
        place="oversight", label=_("Buku yang disaksikan"), url_name="oversight:witnessed", permission="oversight.read"
    )
)
navigation.register_figures(views.figures)
navigation.register_actions(views.first_step)
