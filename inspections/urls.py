"""Pages of inspections."""

from django.urls import path

from inspections.views import checklists, inspections, visits

app_name = "inspections"
urlpatterns = [
    path("today/", visits.today, name="today"),
    path("visits/", visits.visits, name="visits"),
    path("inspections/", inspections.inspections, name="inspections"),
    path("checklists/", checklists.checklists, name="checklists"),
]
