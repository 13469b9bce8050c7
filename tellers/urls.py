"""Pages of tellers' records."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "tellers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tellers.discipline_urls")),
    path("", include("tellers.record_urls")),
    path("", include("tellers.star_urls")),
]
