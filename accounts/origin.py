"""Where the current request comes from, for the audit trail: set by a middleware, read by services."""

from collections.abc import Callable
from contextvars import ContextVar

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse

_client_ip: ContextVar[str | None] = ContextVar("client_ip", default=None)


def client_ip() -> str | None:
    """The address of whoever made the current request; None outside a request."""
    return _client_ip.get()


class OriginMiddleware:
    """Notes the client's address, past the trusted proxies, for the length of the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note, go on, forget."""
        token = _client_ip.set(get_adapter().get_client_ip(request))
        try:
            return self.get_response(request)
        finally:
            _client_ip.reset(token)
