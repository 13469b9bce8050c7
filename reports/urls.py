"""Pages of reports."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("league/", views.league, name="league"),
    path("months/", views.months, name="months"),
    path("bulletins/", views.bulletins, name="bulletins"),
    path("schemes/", views.schemes, name="schemes"),
]
