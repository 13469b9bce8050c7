"""The lists behind the search fields of an account's form, as JSON."""

from dataclasses import asdict

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.models import User
from accounts.roles import Capability
from accounts.selectors.picks import SHOWN, Pick, staff_offered, units_offered


@require_safe
@allowed(Capability.USERS_MANAGE)
def units(request: SignedInRequest) -> JsonResponse:
    """Open units by name, short name or code."""
    return _offered(units_offered(_asked(request, "q")))


@require_safe
@allowed(Capability.USERS_MANAGE)
def staff(request: SignedInRequest) -> JsonResponse:
    """People without an account by name or number, of the unit chosen so far."""
    own = User.objects.filter(username=_asked(request, "user")).first()
    unit, day = _asked(request, "unit"), timezone.localdate()
    return _offered(staff_offered(_asked(request, "q"), unit=unit, user=own, day=day))


def _asked(request: SignedInRequest, name: str) -> str:
    return request.GET.get(name, "").strip().replace("\0", "")


def _offered(picks: list[Pick]) -> JsonResponse:
    return JsonResponse({"picks": [asdict(pick) for pick in picks], "more": len(picks) == SHOWN})
