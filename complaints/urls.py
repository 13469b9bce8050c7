"""Pages of letters."""

from django.urls import URLPattern

app_name = "complaints"
urlpatterns: list[URLPattern] = []
