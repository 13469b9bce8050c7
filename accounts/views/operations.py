"""For those who run the machine: health and metrics."""

import ipaddress
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from health_check.views import HealthCheckView

from accounts.models import User
from accounts.roles import Role


@require_safe
@never_cache
def live(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


class ReadyView(HealthCheckView):  # type: ignore[misc]
    """PostgreSQL and Redis answer too; 500 when one does not."""

    checks = ("health_check.checks.Database", "health_check.checks.Cache")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Answer machines, as JSON unless another format is asked for."""
        asked: Any = QueryDict("format=json", mutable=True)
        asked.update(request.GET)
        request.GET = asked
        super().setup(request, *args, **kwargs)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for a scraper on this machine or a signed-in system administrator."""
    if not (_from_this_machine(request) or _runs_the_system(request.user)):
        raise PermissionDenied
    response: HttpResponse = ExportToDjangoView(request)
    return response


def _from_this_machine(request: HttpRequest) -> bool:
    """Not by way of the reverse proxy, which may well run here and names whom it speaks for."""
    address = request.META.get("REMOTE_ADDR", "")
    if "x-forwarded-for" in request.headers or not address:
        return False
    return ipaddress.ip_address(address).is_loopback


def _runs_the_system(user: User | AnonymousUser) -> bool:
    return isinstance(user, User) and user.role == Role.SYSTEM_ADMIN
