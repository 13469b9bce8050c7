"""The site map."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

import accounts.api
import complaints.api
import inspections.api
import outlets.api
import reports.api
import tellers.api
from accounts.views.operations import ReadyView, live, metrics
from accounts.views.start import home

api_v1: list[URLPattern | URLResolver] = [
    path("", include(accounts.api.urls)),
    path("", include(outlets.api.router.urls)),
    path("", include(inspections.api.router.urls)),
    path("", include(complaints.api.urls)),
    path("", include(tellers.api.router.urls)),
    path("", include(reports.api.router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]

handler400 = "accounts.views.errors.bad_request"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("accounts/", include("accounts.sign_in_urls")),
    path("accounts/", include("accounts.urls")),
    path("outlets/", include("outlets.urls")),
    path("inspections/", include("inspections.urls")),
    path("letters/", include("complaints.urls")),
    path("tellers/", include("tellers.urls")),
    path("reports/", include("reports.urls")),
    path("api/v1/", include(api_v1)),
    path("health/live/", live, name="live"),
    path("health/ready/", ReadyView.as_view(), name="ready"),
    path("metrics", metrics, name="metrics"),
]
