"""Pages of inspections."""

from django.urls import path

from inspections import views

app_name = "inspections"
urlpatterns = [
    path("today/", views.today, name="today"),
    path("visits/", views.visits, name="visits"),
    path("inspections/", views.inspections, name="inspections"),
    path("checklists/", views.checklists, name="checklists"),
]
