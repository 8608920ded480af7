"""Addresses of plans of guards, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.guard import public, views
from sinergi.features.stages import public as stages
from sinergi.web import navigation, records

app_name = "guard"

urlpatterns = [
    path("penjagaan/", views.plans, name="plans"),
    path("penjagaan/baru/", views.new_plan, name="new"),
    path("penjagaan/hitung/<uuid:id>/", views.calculation, name="calculation"),
    path("penjagaan/hitung/<uuid:id>/henti/", views.stopped, name="stop"),
    path("penjagaan/hitung/<uuid:id>/simpanan/", views.kept, name="keep"),
    path("penjagaan/<str:key>/", views.plan, name="plan"),
    path("penjagaan/<str:key>/bukti.zip", views.certificate, name="certificate"),
    path("penjagaan/<str:key>/posko.xlsx", views.posts_sheet, name="posts-sheet"),
]

navigation.register_view(
    navigation.View(place="plans", label=_("Penjagaan TPS"), url_name="guard:plans", permission="guard.read")
)
navigation.register_inbox(public.inbox)
stages.register_dependents(public.staying)
records.register(
    {"guard.plan_made": _("rencana penjagaan TPS")},
    None,
    {"plans of guards stay in the internal log of the police": _("Rencana penjagaan tetap di dalam kantor Polri.")},
)
