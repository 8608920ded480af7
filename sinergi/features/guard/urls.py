"""Addresses of plans of guards, and what they tell the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.data.public import register_plans
from sinergi.features.guard import public
from sinergi.features.guard.touched import plans_on
from sinergi.features.guard.views import anew, persons, plans, support
from sinergi.features.risk import public as risk
from sinergi.features.stages import public as stages
from sinergi.web import navigation, records

app_name = "guard"

urlpatterns = [
    path("penjagaan/", plans.plans, name="plans"),
    path("penjagaan/baru/", plans.new_plan, name="new"),
    path("penjagaan/hitung/<uuid:id>/", plans.calculation, name="calculation"),
    path("penjagaan/hitung/<uuid:id>/henti/", plans.stopped, name="stop"),
    path("penjagaan/hitung/<uuid:id>/simpanan/", plans.kept, name="keep"),
    path("penjagaan/<str:key>/", plans.plan, name="plan"),
    path("penjagaan/<str:key>/personel/", persons.people, name="people"),
    path("penjagaan/<str:key>/personel.xlsx", persons.people_sheet, name="people-sheet"),
    path("penjagaan/<str:key>/personel/<str:officer>/", persons.person, name="person"),
    path("penjagaan/<str:key>/kurang/", persons.short, name="short"),
    path("penjagaan/<str:key>/penetapan/", persons.pin, name="pin"),
    path("penjagaan/<str:key>/perintah/", persons.order, name="order"),
    path("penjagaan/<str:key>/susun-ulang/", anew.anew, name="anew"),
    path("penjagaan/<str:key>/reaksi/", support.reaction, name="reaction"),
    path("penjagaan/<str:key>/kawal/", support.escorts, name="escorts"),
    path("penjagaan/<str:key>/bukti.zip", plans.certificate, name="certificate"),
    path("penjagaan/<str:key>/posko.xlsx", plans.posts_sheet, name="posts-sheet"),
]

navigation.register_view(
    navigation.View(place="plans", label=_("Penjagaan TPS"), url_name="guard:plans", permission="guard.read")
)
navigation.register_inbox(public.inbox)
stages.register_dependents(public.staying)
register_plans(plans_on)
risk.register_resting(public.resting)
records.register(
    {"guard.plan_made": _("rencana penjagaan TPS"), "guard.officer_ordered": _("perintah komandan")},
    None,
    {"plans of guards stay in the internal log of the police": _("Rencana penjagaan tetap di dalam kantor Polri.")},
)
