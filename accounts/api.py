"""What every API view shares: paging by cursor, and capabilities as permissions."""

from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from accounts.models import User
from accounts.roles import Capability


class CursorPages(CursorPagination):
    """Newest first; a page holds 100 rows."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 500


class HasCapability(BasePermission):
    """The view's `capability` (or its entry for the action in `capabilities`) decides."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the signed-in user's role has what the view names."""
        action = getattr(view, "action", None)
        by_action: dict[str | None, Capability] = getattr(view, "capabilities", {})
        capability = by_action.get(action) or getattr(view, "capability", None)
        return (
            isinstance(request.user, User)
            and capability is not None
            and request.user.can(capability)
        )


router = SimpleRouter()
