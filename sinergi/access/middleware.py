"""Puts the acting person and the arrival time on the request."""

from sinergi.kernel.instants import now


class ActorMiddleware:
    """Placeholder until access lands."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.arrived_at = now()
        return self.get_response(request)
