"""The site, and what it is measured against: a page of nothing but the frame, a bare DRF view."""

from django.urls import path

from benchmarks import views
from config.urls import urlpatterns as site

urlpatterns = [
    *site,
    path("bench/frame/", views.frame),
    path("bench/insert/", views.BareInsert.as_view()),
]
