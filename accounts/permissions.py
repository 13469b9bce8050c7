"""Capabilities as API permissions."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User
from accounts.roles import Capability

Needed = Capability | tuple[Capability, ...] | None


class HasCapability(BasePermission):
    """The view's `capability` (or its entry for the action in `capabilities`) decides.

    A tuple means any of them.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the signed-in user's role has what the view names."""
        by_action: dict[str | None, Needed] = getattr(view, "capabilities", {})
        needed = by_action.get(getattr(view, "action", None)) or getattr(view, "capability", None)
        if not isinstance(request.user, User) or needed is None:
            return False
        any_of = needed if isinstance(needed, tuple) else (needed,)
        return any(request.user.can(one) for one in any_of)
