"""Pages of reports."""

from django.urls import path

from reports.views import bulletins, league, months, schemes

app_name = "reports"
urlpatterns = [
    path("league/", league.league, name="league"),
    path("months/", months.months, name="months"),
    path("bulletins/", bulletins.bulletins, name="bulletins"),
    path("schemes/", schemes.schemes, name="schemes"),
]
