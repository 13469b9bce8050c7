"""What every API view shares (paging, permissions), and the resources of accounts."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from accounts.api.audit import AuditViewSet
from accounts.api.jobs import JobViewSet
from accounts.api.me import MeView
from accounts.api.tokens import TokenViewSet
from accounts.api.users import UserViewSet
from accounts.paging import CursorPages
from accounts.permissions import HasCapability

__all__ = ["CursorPages", "HasCapability", "router", "urls"]

router = SimpleRouter()
router.register("users", UserViewSet, basename="user")
router.register("audit", AuditViewSet, basename="audit")
router.register("jobs", JobViewSet, basename="job")
router.register("tokens", TokenViewSet, basename="token")

urls: list[URLPattern | URLResolver] = [path("me/", MeView.as_view(), name="me"), *router.urls]
