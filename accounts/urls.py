"""Pages of accounts."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("users/", views.users, name="users"),
    path("audit/", views.audit, name="audit"),
]
