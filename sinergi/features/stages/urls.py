"""Addresses of the calendar."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sinergi.features.stages.views import calendar, change, holidays
from sinergi.web import feeds, navigation, records

app_name = "stages"

urlpatterns = [
    path("tahapan/", calendar.stages, name="stages"),
    path("tahapan/tahapan.xlsx", calendar.stages_sheet, name="sheet"),
    path("tahapan/pindah/", change.change, name="change"),
    path("kelola/libur/", holidays.holidays, name="holidays"),
    path("kelola/kalender/", calendar.choose, name="choose"),
    path("kelola/kalender/baru/", change.new_calendar, name="new"),
    path("kelola/kalender/baru/contoh.xlsx", change.new_template, name="template"),
    path("kelola/kalender/diumumkan/<str:key>/", change.adopt, name="adopt"),
]

navigation.register_view(
    navigation.View(place="office", label=_("Kalender"), url_name="stages:choose", permission="stages.choose")
)
navigation.register_view(
    navigation.View(place="office", label=_("Hari libur"), url_name="stages:holidays", permission="stages.holidays")
)
records.register(
    {
        "stages.calendar_announced": _("pengumuman kalender tahapan"),
        "stages.holidays_announced": _("pengumuman hari libur"),
    },
    None,
    {
        "only a commission announces election days": _("Hanya KPU yang mengumumkan hari pemilihan."),
        "only a commission announces holidays": _("Hanya KPU yang mengumumkan hari libur."),
        "it is no possible list of holidays": _("Daftar hari libur ini memuat isi yang tidak mungkin."),
        "it is no possible calendar": _("Kalender ini memuat isi yang tidak mungkin."),
    },
)
feeds.register(calendar.calendar_entries)
