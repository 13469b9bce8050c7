"""Pages of outlets."""

from django.urls import path

from outlets import views

app_name = "outlets"
urlpatterns = [
    path("tree/", views.tree, name="tree"),
    path("staff/", views.staff, name="staff"),
]
