"""The addresses of access and of the frame, and a few views that wear each kind of door."""

from django.http import HttpResponse
from django.urls import include, path

from sinergi.access.doors import public, requires, signed_in


def answer(request):
    """Say in which office the person came in."""
    return HttpResponse(request.actor.office if request.actor else "nobody")


urlpatterns = [
    path("", include("sinergi.access.urls")),
    path("", include("sinergi.web.urls")),
    path("forgotten/", answer),
    path("open/", public(answer)),
    path("own/", signed_in(answer)),
    path("decide/", requires("security.decide")(answer)),
    path("sign/", requires("agreement.sign")(answer)),
    path("api/sign/", requires("agreement.sign")(answer)),
    path("api/decide/", requires("security.decide")(answer)),
    path("api/forgotten/", answer),
]
